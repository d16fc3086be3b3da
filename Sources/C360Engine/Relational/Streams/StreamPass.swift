import C360Columns
import C360Plan
import Dispatch

/// The batches of one stream on their way through its steps.
struct StreamPass {
  private let steps: [Step]
  /// Of tables in which the rows of batches find partners, by step.
  private var partners: [Int: JoinIndex] = [:]
  private var tables: [RelationID: Relation] = [:]
  /// The relations of the batch that is on its way.
  private(set) var part: ExecutionState
  private(set) var batchCount = 0
  var rowCounts: [RelationID: Int] = [:]
  private(set) var seconds: [Double]

  /// - Parameter steps: those of the stream, its scan first.
  init(
    _ steps: [Step], _ state: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    self.steps = steps
    part = ExecutionState(plan: state.plan)
    seconds = Array(repeating: 0, count: steps.count)
    for (number, step) in steps.enumerated() {
      guard case .join(let join) = step else { continue }
      let started = DispatchTime.now().uptimeNanoseconds
      let table = state.relations[join.right] ?? Relation(rowCount: 0)
      tables[join.right] = table
      partners[number] = try JoinOperator.index(join, table, context)
      seconds[number] += Self.seconds(since: started)
    }
  }

  /// Counts the time to a step.
  mutating func measure<Result>(
    _ number: Int, _ body: (inout StreamPass) throws(EngineError) -> Result
  ) throws(EngineError) -> Result {
    let started = DispatchTime.now().uptimeNanoseconds
    let result = try body(&self)
    seconds[number] += Self.seconds(since: started)
    return result
  }

  private static func seconds(since start: UInt64) -> Double {
    Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }

  /// - Parameter rows: nil: none.
  mutating func begin(_ scan: ScanStep, _ rows: StreamedRows?) throws(EngineError) {
    let plan = part.plan
    let batch = rows?.batch ?? scan.emptyBatch(in: plan)
    var relation = Relation(rowCount: batch.rowCount)
    let vectors = try ScanOperator.vectors(scan, of: batch, in: plan)
    for ((_, column), vector) in zip(scan.columns, vectors) { relation.columns[column] = vector }
    part.relations = tables
    part.relations[scan.relation] = relation
  }

  /// Steps that make rows of the batch.
  mutating func apply(
    _ numbers: Range<Int>, _ memory: MemoryBudget, _ context: ExecutionContext
  ) throws(EngineError) {
    for number in numbers {
      try measure(number) { (pass) throws(EngineError) in
        try pass.apply(number, memory, context)
      }
    }
  }

  /// A step that makes rows of the batch; the last one of other kinds does nothing here.
  private mutating func apply(
    _ number: Int, _ memory: MemoryBudget, _ context: ExecutionContext
  ) throws(EngineError) {
    switch steps[number] {
    case .derive(let step): try DeriveOperator.run(step, &part, context)
    case .filter(let step): try FilterOperator.run(step, &part, context)
    case .join(let step):
      guard let index = partners[number], let table = tables[step.right] else { return }
      try JoinOperator.run(step, index, table, &part, context, memory)
    default: break
    }
  }

  /// The batch is done with.
  mutating func end() {
    batchCount += 1
    for (relation, rows) in part.relations where tables[relation] == nil {
      rowCounts[relation, default: 0] += rows.rowCount
    }
    part.relations = [:]
  }

  /// What became of the rows; the relation that the last step made is there already.
  func report(_ state: inout ExecutionState) {
    for (relation, count) in rowCounts where state.relations[relation] == nil {
      state.relations[relation] = Relation(rowCount: count)
    }
    for (name, count) in part.counts.nullConditions {
      state.counts.nullConditions[name, default: 0] += count
    }
  }
}

extension Vector {
  /// The rows of several vectors of one type, one after the other.
  static func joined(_ pieces: [Vector], _ type: PhysicalType) -> Vector {
    if pieces.count == 1 { return pieces[0] }
    let count = pieces.reduce(0) { $0 + $1.count }
    let values = Buffer(byteCount: count * type.stride)
    let hasNulls = pieces.contains { $0.validity != nil }
    let validity = hasNulls ? Buffer(byteCount: count) : nil
    var row = 0
    for piece in pieces where piece.count > 0 {
      // Offsets count values, of which a vector has several a row.
      let start = piece.offset * (type.width == nil ? type.stride : 8)
      (values.pointer + row * type.stride).copyMemory(
        from: piece.values.pointer + start, byteCount: piece.count * type.stride)
      if let valid = validity?.elements(UInt8.self) {
        if let own = piece.valid {
          (valid + row).update(from: own, count: piece.count)
        } else {
          (valid + row).update(repeating: 1, count: piece.count)
        }
      }
      row += piece.count
    }
    return Vector(type: type, count: count, values: values, validity: validity)
  }
}
