import C360Columns
import C360Plan
import Dispatch

/// A scan at whose rows nothing looks but one filter, and steps that add columns for it: rows are dropped
/// as they are read, batch by batch, and take no memory.
struct ScanFilter {
  /// Of columns at a time: some row groups.
  private static let batchBytes = 32 << 20

  private let plan: Plan
  private let scan: ScanStep
  private let filter: FilterStep
  /// The steps that are done with the scan, by their places in the plan, ascending; the filter is last.
  let places: [Int]

  /// nil: the rows of the scan at this place are wanted whole.
  init?(_ place: Int, in plan: Plan) {
    guard case .scan(let scan) = plan.steps[place],
      !plan.sinks.contains(where: { $0.relation == scan.relation })
    else { return nil }
    let users = plan.steps.indices.filter {
      $0 != place && plan.steps[$0].looks(at: scan.relation, in: plan)
    }
    guard let last = users.last, case .filter(let filter) = plan.steps[last],
      filter.input == scan.relation, filter.output != scan.relation
    else { return nil }
    let isAlone = users.allSatisfy { user in
      let columns = StepColumns(plan.steps[user], in: plan)
      guard columns.read.allSatisfy({ plan[$0].relation == scan.relation }) else { return false }
      if case .derive(let step) = plan.steps[user] { return step.relation == scan.relation }
      return user == last
    }
    let made = users.flatMap { StepColumns(plan.steps[$0], in: plan).written }
    guard isAlone,
      plan.lasting.isDisjoint(
        with: scan.columns.map(\.column) + made.filter { plan[$0].relation == scan.relation })
    else { return nil }
    self.plan = plan
    self.scan = scan
    self.filter = filter
    places = [place] + users
  }

  var source: Int { scan.source }

  /// - Returns: seconds of each step.
  func run(
    _ state: inout ExecutionState, _ tables: any TableProvider, _ context: ExecutionContext
  ) throws(EngineError) -> [Double] {
    let names = scan.columns.map(\.name)
    let stream = try ScanOperator.reading { try tables.stream(source: scan.source, columns: names) }
    var seconds = [Double](repeating: 0, count: places.count)
    var part = ExecutionState(plan: plan)
    var kept: [[Vector]] = []
    var (rowCount, keptCount) = (0, 0)
    while true {
      try context.checkCancelled()
      let started = DispatchTime.now().uptimeNanoseconds
      let rows = try ScanOperator.reading { try stream.next(bytes: Self.batchBytes) }
      seconds[0] += Self.seconds(since: started)
      if rows == nil, !kept.isEmpty { break }
      part.relations = [scan.relation: try relation(rows)]
      try apply(&part, context, &seconds)
      kept.append(filter.columns.map { part.vector($0.to) })
      rowCount += part.rowCount(scan.relation)
      keptCount += part.rowCount(filter.output)
      if rows == nil { break }
    }
    var output = Relation(rowCount: keptCount)
    for (number, column) in filter.columns.enumerated() {
      output.columns[column.to] = Vector.joined(
        kept.map { $0[number] }, plan[column.to].type.physical)
    }
    state.relations[scan.relation] = Relation(rowCount: rowCount)
    state.relations[filter.output] = output
    for (name, count) in part.counts.nullConditions {
      state.counts.nullConditions[name, default: 0] += count
    }
    return seconds
  }

  /// A batch as the rows of the scan; nil: no rows.
  private func relation(_ rows: StreamedRows?) throws(EngineError) -> Relation {
    let batch =
      rows?.batch
      ?? Batch(
        columns: scan.columns.map { name, column in
          let type = plan[column].type
          return Batch.Column(
            name: name, type: type,
            vector: Vector(type: type.physical, count: 0, values: Buffer(byteCount: 0)))
        }, rowCount: 0)
    var relation = Relation(rowCount: batch.rowCount)
    let vectors = try ScanOperator.vectors(scan, of: batch, in: plan)
    for ((_, column), vector) in zip(scan.columns, vectors) { relation.columns[column] = vector }
    return relation
  }

  /// The steps behind the scan.
  private func apply(
    _ part: inout ExecutionState, _ context: ExecutionContext, _ seconds: inout [Double]
  ) throws(EngineError) {
    for (number, place) in places.enumerated().dropFirst() {
      let started = DispatchTime.now().uptimeNanoseconds
      switch plan.steps[place] {
      case .derive(let step): try DeriveOperator.run(step, &part, context)
      case .filter(let step): try FilterOperator.run(step, &part, context)
      default: preconditionFailure("only columns are added before the filter")
      }
      seconds[number] += Self.seconds(since: started)
    }
  }

  private static func seconds(since start: UInt64) -> Double {
    Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
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
