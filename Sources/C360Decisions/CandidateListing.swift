import C360Columns
import C360Engine
import C360Plan

/// The candidates of all decisions as rows. Each decision is made once more, alone, as where it is
/// watched: with the code and so the bits of the run.
struct CandidateListing {
  private let listing: DecideStep.Listing
  private let problem: DecisionProblem
  private let notes: BoundNotes?
  private let plan: Plan
  private let candidateCount: Int
  private let rowCount: Int

  init(
    _ listing: DecideStep.Listing, _ problem: DecisionProblem, _ notes: BoundNotes?, _ plan: Plan
  ) {
    self.listing = listing
    self.problem = problem
    self.notes = notes
    self.plan = plan
    candidateCount = problem.candidates.count
    rowCount = problem.frame.rowCount * problem.candidates.count
  }

  /// Decisions that one thread looks at in turn.
  private static let pieceRows = 4096

  /// - Throws: `.unusable` where there are more pairs than row numbers; `.row` where something that is
  ///   computed for it has no value; `.cancelled`.
  func relation(_ context: ExecutionContext) throws(EngineError) -> Relation {
    guard rowCount < Int(Int32.max) else {
      throw .unusable(
        relation: listing.relation, detail: "has \(rowCount) rows, more than 2³¹ − 2")
    }
    let rows = Buffer(byteCount: rowCount * 8)
    let columns = listing.outputs.map { output, column in
      CandidateColumn(output, plan[column].type.physical, problem.candidates, rowCount)
    }
    let computed = columns.filter(\.isComputed)
    let pieces = Parallel.ranges(problem.frame.rowCount, size: Self.pieceRows)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let watcher = DecisionWatcher(problem, notes, batchSize: context.batchSize)
      var reasons = CandidateReasons(problem)
      for row in pieces[piece] {
        try context.checkCancelled()
        guard let decision = try watcher.look(at: row).first else { continue }
        for (place, column) in computed.enumerated() {
          column.write(
            try watcher.values(of: problem.listedOutputs + place, at: row),
            count: problem.rule.actionCount, at: row * candidateCount)
        }
        for candidate in 0..<candidateCount {
          let place = row * candidateCount + candidate
          rows.elements(Int64.self)[place] = Int64(row)
          for column in columns { column.write(decision, candidate, at: place, &reasons) }
        }
      }
    }
    var relation = Relation(rowCount: rowCount)
    relation.columns[listing.row] = Vector(type: .int64, count: rowCount, values: rows)
    for (column, output) in zip(columns, listing.outputs) {
      relation.columns[output.1] = column.vector(rowCount)
    }
    return relation
  }
}

/// Codes of the texts that say why a candidate is not eligible. Used by one thread.
private struct CandidateReasons {
  private let names: [String]
  private let pool: TextPool
  private var codes: [String: Int32] = [:]

  init(_ problem: DecisionProblem) {
    names = problem.step.reasonNames
    pool = problem.pool
  }

  mutating func code(of candidate: WatchedDecision.Candidate) -> Int32 {
    var reasons = candidate.forbiddenBy.map { names[$0] }
    if candidate.lacksValue { reasons.append("null_value") }
    let text = reasons.joined(separator: ", ")
    if let known = codes[text] { return known }
    let code = pool.intern(text)
    codes[text] = code
    return code
  }
}

/// A column being written; threads write rows of their own.
private struct CandidateColumn: @unchecked Sendable {
  private let output: DecideStep.Listing.Output
  private let candidates: Candidates
  private let type: PhysicalType
  private let values: Buffer
  /// nil: never null.
  private let validity: Buffer?

  /// - Parameter type: of the column.
  init(
    _ output: DecideStep.Listing.Output, _ type: PhysicalType, _ candidates: Candidates,
    _ rowCount: Int
  ) {
    self.output = output
    self.candidates = candidates
    let isNullable: Bool
    switch output {
    case .computed: (self.type, isNullable) = (type, true)
    case .action: (self.type, isNullable) = (candidates.integers.isEmpty ? .text : .int64, false)
    case .isEligible, .isChosen: (self.type, isNullable) = (.bool, false)
    case .reasons: (self.type, isNullable) = (.text, false)
    case .value, .term: (self.type, isNullable) = (.float64, true)
    case .rank: (self.type, isNullable) = (.int64, true)
    case .propensity: (self.type, isNullable) = (.float64, false)
    }
    values = Buffer(byteCount: rowCount * self.type.stride)
    validity = isNullable ? Buffer(byteCount: rowCount) : nil
  }

  func write(
    _ decision: WatchedDecision, _ number: Int, at place: Int, _ reasons: inout CandidateReasons
  ) {
    let candidate = decision.candidates[number]
    switch output {
    case .action:
      if type == .text {
        values.elements(Int32.self)[place] = candidates.codes[number]
      } else {
        values.elements(Int64.self)[place] = candidates.integers[number]
      }
    case .isEligible: values.elements(UInt8.self)[place] = candidate.value == nil ? 0 : 1
    case .isChosen: values.elements(UInt8.self)[place] = decision.chosen == number ? 1 : 0
    case .reasons: values.elements(Int32.self)[place] = reasons.code(of: candidate)
    case .value: set(candidate.value, 0, at: place)
    case .term(let index):
      set(candidate.value == nil ? nil : candidate.terms[index], 0, at: place)
    case .rank: set(candidate.rank.map { Int64($0) }, 0, at: place)
    case .propensity: values.elements(Double.self)[place] = candidate.probability
    // Written action by action; the no-op, which comes last, has none.
    case .computed: if candidate.isNoOp { setNull(place) }
    }
  }

  var isComputed: Bool { if case .computed = output { true } else { false } }

  /// Values at the first so many candidates of a decision.
  func write(_ operand: Operand, count: Int, at place: Int) {
    let stride = type.stride
    (values.pointer + place * stride).copyMemory(
      from: operand.values, byteCount: count * stride)
    let valid = validity?.elements(UInt8.self)
    for candidate in 0..<count {
      valid?[place + candidate] = operand.valid.map { $0[candidate] } ?? 1
    }
  }

  private func setNull(_ place: Int) {
    (values.pointer + place * type.stride).initializeMemory(
      as: UInt8.self, repeating: 0, count: type.stride)
    validity?.elements(UInt8.self)[place] = 0
  }

  private func set<Value: BitwiseCopyable>(_ value: Value?, _ null: Value, at place: Int) {
    values.elements(Value.self)[place] = value ?? null
    validity?.elements(UInt8.self)[place] = value == nil ? 0 : 1
  }

  func vector(_ count: Int) -> Vector {
    let hasNulls = validity.map { valid in
      (0..<count).contains { valid.elements(UInt8.self)[$0] == 0 }
    }
    return Vector(
      type: type, count: count, values: values, validity: hasNulls ?? false ? validity : nil)
  }
}
