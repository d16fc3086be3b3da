import CKernels

/// One piece of a timeline while it is computed. Events are counted from `base`, rows from the first
/// row of the chunk; all arrays live in the scratch memory.
struct Chunk {
  let inputs: TimelineInputs
  let scratch: Scratch
  /// Row of the frame.
  let firstRow: Int
  let rowCount: Int
  /// Decision time of each row.
  let decisions: UnsafePointer<Int64>
  /// Position of the first event that the chunk may look at.
  let base: Int
  let eventCount: Int
  let times: UnsafePointer<Int64>
  let known: UnsafePointer<Int64>?
  /// Time after which an event no longer counts, the greatest for never.
  let gone: UnsafePointer<Int64>?
  let groupCount: Int
  /// First row of each entity; `groupCount` + 1 of them.
  let groupRows: UnsafePointer<Int32>
  let groupFrom: UnsafePointer<Int32>
  let groupTo: UnsafePointer<Int32>

  init(_ layout: ChunkLayout, _ inputs: TimelineInputs, _ scratch: Scratch) {
    self.inputs = inputs
    self.scratch = scratch
    firstRow = layout.rows.lowerBound
    rowCount = layout.rows.count
    decisions = UnsafePointer(inputs.times.int64s + layout.rows.lowerBound)
    let clusters = inputs.clusters
    let entities = layout.entities
    groupCount = entities.count
    let rows = scratch.take(groupCount + 1, of: Int32.self)
    let from = scratch.take(groupCount, of: Int32.self)
    let to = scratch.take(groupCount, of: Int32.self)
    let base = entities.isEmpty ? 0 : Int(clusters.starts[entities.lowerBound])
    let firstRow = Int32(truncatingIfNeeded: layout.rows.lowerBound)
    let lastRow = Int32(truncatingIfNeeded: layout.rows.upperBound)
    for (group, entity) in entities.enumerated() {
      rows[group] = max(0, clusters.entities.starts[entity] - firstRow)
      from[group] = clusters.starts[entity] - Int32(truncatingIfNeeded: base)
      to[group] = clusters.ends[entity] - Int32(truncatingIfNeeded: base)
    }
    rows[groupCount] = lastRow - firstRow
    self.base = base
    eventCount = entities.isEmpty ? 0 : Int(clusters.ends[entities.upperBound - 1]) - base
    times = UnsafePointer(clusters.times + base)
    known = inputs.known.map { UnsafePointer($0.elements(Int64.self) + base) }
    gone = inputs.gone.map { UnsafePointer($0.elements(Int64.self) + base) }
    groupRows = UnsafePointer(rows)
    groupFrom = UnsafePointer(from)
    groupTo = UnsafePointer(to)
  }

  /// The rows of a chunk of one entity with some of its events.
  init(_ other: Chunk, events: Range<Int>) {
    inputs = other.inputs
    scratch = other.scratch
    firstRow = other.firstRow
    rowCount = other.rowCount
    decisions = other.decisions
    groupCount = other.groupCount
    groupRows = other.groupRows
    base = other.base + events.lowerBound
    eventCount = events.count
    times = other.times + events.lowerBound
    known = other.known.map { $0 + events.lowerBound }
    gone = other.gone.map { $0 + events.lowerBound }
    groupFrom = UnsafePointer(scratch.take(1, filledWith: Int32(0)))
    groupTo = UnsafePointer(
      scratch.take(1, filledWith: Int32(truncatingIfNeeded: events.count)))
  }

  func rows(_ group: Int) -> Range<Int> { Int(groupRows[group])..<Int(groupRows[group + 1]) }

  // MARK: Positions of instants

  /// For every row what takes the place of the decision time.
  func decisions(by clock: TimelineProgram.Clock) -> UnsafePointer<Int64> {
    guard case .every(let period) = clock else { return decisions }
    let result = scratch.take(rowCount, of: Int64.self)
    fill(result, from: decisions) { zone, decision in
      zone.lastMultiple(of: period, before: decision)
    }
    return UnsafePointer(result)
  }

  /// For every row the position of a moment.
  ///
  /// - Parameter decisions: of each row, by the clock at hand.
  func positions(
    of moment: TimelineProgram.Moment, _ decisions: UnsafePointer<Int64>
  ) -> UnsafeMutablePointer<Int32> {
    let targets = targets(of: moment, decisions)
    let result = scratch.take(rowCount, of: Int32.self)
    c360_timeline_positions(
      times, groupFrom, groupTo, groupRows, groupCount, targets, result)
    return result
  }

  /// For every row the instant of a moment.
  func targets(
    of moment: TimelineProgram.Moment, _ decisions: UnsafePointer<Int64>
  ) -> UnsafePointer<Int64> {
    let targets = scratch.take(rowCount, of: Int64.self)
    fill(targets, with: moment, decisions)
    return UnsafePointer(targets)
  }

  private func fill(
    _ targets: UnsafeMutablePointer<Int64>, with moment: TimelineProgram.Moment,
    _ decisions: UnsafePointer<Int64>
  ) {
    switch moment {
    case .before(let shift):
      for row in 0..<rowCount {
        let target = decisions[row] &- shift
        targets[row] = target > decisions[row] ? .min : target
      }
    case .spanBefore(let lag, let step):
      fill(targets, from: decisions) { zone, decision in
        zone.moved(zone.moved(decision, by: .calendar(step), times: -1), by: .exact(lag), times: -1)
      }
    case .periodStart(let lag, let step):
      fill(targets, from: decisions) { zone, decision in
        zone.periodStart(step, of: decision).map { zone.moved($0, by: .exact(lag), times: -1) }
          ?? .min
      }
    case .after(let offset):
      fill(targets, from: decisions) { zone, decision in
        let (next, overflow) = zone.moved(decision, by: offset, times: 1)
          .addingReportingOverflow(1)
        return overflow ? .max : next
      }
    case .since(let column):
      guard let marker = inputs.markers[column] else { break }
      for row in 0..<rowCount {
        // A marker lies before the decision, so there is an instant after it.
        let isNull = marker.isNull(firstRow + row)
        targets[row] = isNull ? .min : marker.int64s[firstRow + row] &+ 1
      }
    }
  }

  /// Computes the target once for equal decision times that stand side by side.
  @inline(__always)
  private func fill(
    _ targets: UnsafeMutablePointer<Int64>, from decisions: UnsafePointer<Int64>,
    _ target: (ZoneTable, Int64) -> Int64
  ) {
    for row in 0..<rowCount {
      targets[row] =
        row > 0 && decisions[row] == decisions[row - 1]
        ? targets[row - 1] : target(inputs.zone, decisions[row])
    }
  }

  /// For every row the first event of its entity that was not known before the decision.
  func firstUnknown(
    _ known: UnsafePointer<Int64>, _ decisions: UnsafePointer<Int64>
  ) -> UnsafeMutablePointer<Int32> {
    let result = scratch.take(rowCount, of: Int32.self)
    for group in 0..<groupCount {
      var position = Int(groupFrom[group])
      let end = Int(groupTo[group])
      for row in rows(group) {
        let decision = decisions[row]
        while position < end, known[position] < decision { position &+= 1 }
        result[row] = Int32(truncatingIfNeeded: position)
      }
    }
    return result
  }
}
