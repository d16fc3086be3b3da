/// Which part of a timeline is computed at once: rows of the frame and the events that they may see.
struct ChunkLayout: Sendable {
  let entities: Range<Int>
  /// Of the frame; all rows of the entities, or some of the only one.
  let rows: Range<Int>
  /// Places of the instructions to compute; nil: all.
  var instructions: [Int]?
  /// Whether tied exposures are counted here.
  var countsTies = true
}

extension ChunkLayout {
  /// Chunks that cover all rows, in order. An entity too big for one thread is split: by its rows for
  /// windows that reach so far and no further, of which each piece looks at the events of its own
  /// span, else by instructions.
  ///
  /// - Parameter program: nil: an entity is split by its rows alone.
  static func plan(
    _ clusters: EventClusters, _ program: TimelineProgram? = nil, rowCount: Int,
    _ context: ExecutionContext
  ) -> [ChunkLayout] {
    let entities = clusters.entities
    let threads = context.threads
    // Events and rows of a chunk, about: few enough for its arrays to stay in cache.
    let target = 4 * context.batchSize
    var result: [ChunkLayout] = []
    var first = 0
    var firstEvent = 0
    let large = max(8 * target, (clusters.used + rowCount) / (4 * threads))
    for entity in 0..<entities.count {
      if first == entity { firstEvent = Int(clusters.starts[entity]) }
      let rows = Int(entities.starts[first])..<Int(entities.starts[entity + 1])
      let events = Int(clusters.ends[entity]) - firstEvent
      let isLast = entity == entities.count - 1
      let own = Int(clusters.ends[entity] - clusters.starts[entity])
      if first == entity, threads > 1, own + rows.count > large, rows.count >= 2 * threads {
        result += split(entity, rows, program, pieces: 2 * threads)
        first = entity + 1
      } else if isLast || events + rows.count >= target
        || isFar(clusters, entity + 1, target)
      {
        result.append(ChunkLayout(entities: first..<entity + 1, rows: rows))
        first = entity + 1
      }
    }
    return result
  }

  private static func split(
    _ entity: Int, _ rows: Range<Int>, _ program: TimelineProgram?, pieces: Int
  ) -> [ChunkLayout] {
    let all = program.map { Array($0.instructions.indices) } ?? []
    let far = all.filter { program?.isBounded($0) == false }
    var result = far.map {
      ChunkLayout(
        entities: entity..<entity + 1, rows: rows, instructions: [$0], countsTies: false)
    }
    let near = all.filter { !far.contains($0) }
    for piece in Parallel.ranges(rows.count, size: (rows.count + pieces - 1) / pieces) {
      result.append(
        ChunkLayout(
          entities: entity..<entity + 1,
          rows: rows.lowerBound + piece.lowerBound..<rows.lowerBound + piece.upperBound,
          instructions: near))
    }
    return result
  }

  /// Whether an entity should begin a chunk of its own: it is big, or entities of another frame lie
  /// before it.
  private static func isFar(_ clusters: EventClusters, _ entity: Int, _ target: Int) -> Bool {
    let gap = Int(clusters.starts[entity]) - Int(clusters.ends[entity - 1])
    let own =
      Int(clusters.ends[entity] - clusters.starts[entity]) + clusters.entities.rows(entity).count
    return gap < 0 || gap > target || own >= target
  }
}
