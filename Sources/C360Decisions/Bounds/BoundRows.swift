import C360Allocation
import C360Columns
import C360Engine
import C360Plan

/// The constraints of a step as meters and rows of an allocation, and how to read its answer back in
/// the units in which the bounds were written.
struct BoundRows {
  /// A bound as it was written, in one group or period.
  struct Written {
    enum Form {
      /// Usage of a range of cells, divided by a number of decisions (1: a total).
      case usage(meter: Int, cells: Range<Int>, over: Double)
      /// Usage by usage.
      case proportion(meter: Int, of: Int, cells: Range<Int>)
      /// The greatest difference, or least ratio, between the rate in a cell and the rates in others.
      case parity(meter: Int, cell: Int, sizes: [Int], others: [Range<Int>], isRatio: Bool)
    }
    let label: String
    let limit: Double
    let form: Form
    /// Its rows, each a multiple of the bound as written: a price of the row is one of the bound.
    let rows: Range<Int>
  }
  struct Constraint {
    let declared: DecideConstraint
    var written: [Written] = []
    /// Of groups against each other: decisions whose group is null, and so unknown.
    var unknown = 0
  }

  private(set) var meters: [AllocationMeter] = []
  private(set) var rows: [AllocationRow] = []
  private(set) var constraints: [Constraint] = []
  private(set) var quantities: Quantities
  private(set) var entropyFloor: Double?
  private(set) var divergenceCeiling: Double?

  private let frameColumn: (ColumnID) -> Vector
  private let time: Vector
  private let rowCount: Int
  private let pool: TextPool
  private let relation: RelationID
  private let counted: [Bool]?
  let partCount: Int
  private let limits: (DecideConstraint) throws(EngineError) -> GroupLimits

  /// Instants in all stretches of rolling periods, each as often as stretches hold it.
  private var overlap = 0
  /// Beyond, memory and time of a run are those of the overlaps.
  static let overlapLimit = 1 << 25

  /// Rows that one run may have: beyond, a bound is meant for each entity.
  static let rowLimit = 200_000

  init(
    _ step: DecideStep, quantities: Quantities, frameColumn: @escaping (ColumnID) -> Vector,
    limits: @escaping (DecideConstraint) throws(EngineError) -> GroupLimits,
    time: Vector, rowCount: Int, counted: [Bool]?, partCount: Int, pool: TextPool
  ) throws(EngineError) {
    self.counted = counted
    self.partCount = partCount
    self.quantities = quantities
    self.frameColumn = frameColumn
    self.time = time
    self.rowCount = rowCount
    self.pool = pool
    relation = step.frame
    self.limits = limits
    for constraint in step.constraints {
      try add(constraint)
      if rows.count > Self.rowLimit {
        throw .unusable(
          relation: step.frame,
          detail: "`\(constraint.name)` has more than \(Self.rowLimit) groups and periods; what "
            + "holds for each entity is written `per` the entity, and is bounded one by one")
      }
    }
  }

  private mutating func add(_ constraint: DecideConstraint) throws(EngineError) {
    var found = Constraint(declared: constraint)
    switch constraint.measure {
    case .entropy: entropyFloor = max(entropyFloor ?? constraint.bound, constraint.bound)
    case .divergence:
      divergenceCeiling = min(divergenceCeiling ?? constraint.bound, constraint.bound)
    case .parity(let quantity, let by, let toOverall, let isRatio):
      try addParity(&found, quantity, by: by, toOverall: toOverall, isRatio: isRatio)
    case .total(let quantity): try addTotals(&found, quantity, isRate: false)
    case .rate(let quantity): try addTotals(&found, quantity, isRate: true)
    case .proportion(let quantity, let whole): try addProportion(&found, quantity, of: whole)
    }
    constraints.append(found)
  }

  // MARK: Groups

  private func decisionCells(_ constraint: DecideConstraint) throws(EngineError) -> DecisionCells {
    var keys: [GroupKeys] = []
    for case .decisions(let column) in constraint.groups {
      keys.append(GroupKeys(frameColumn(column), rowCount: rowCount, pool: pool))
    }
    return try DecisionCells(
      groups: keys, period: constraint.period, time: time, rowCount: rowCount,
      counted: counted)
  }

  private struct ActionGroup {
    /// By action; nil: all.
    let actions: [Bool]?
    let label: String
    /// What they have in common, by group of actions.
    let values: [GroupValue]
  }

  /// Groups of actions: which belong to each, and their names. One group without a name where actions
  /// are not grouped.
  private func actionGroups(_ constraint: DecideConstraint) -> [ActionGroup] {
    var groups = [ActionGroup(actions: nil, label: "", values: [])]
    for case .actions(let column) in constraint.groups {
      let keys = GroupKeys(
        quantities.actionColumn(column), rowCount: quantities.actionCount, pool: pool)
      groups = groups.flatMap { group in
        keys.labels.indices.map { rank in
          let members = keys.ranks.enumerated().map { action, own in
            own == rank && (group.actions?[action] ?? true)
          }
          return ActionGroup(
            actions: members, label: Self.label([group.label, keys.labels[rank]]),
            values: group.values + [keys.values[rank]])
        }
      }
    }
    return groups
  }

  private static func label(_ words: [String]) -> String {
    words.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// A quantity that no row bounds.
  mutating func addQuantity(_ quantity: DecideConstraint.Quantity) -> AllocationMeter.Quantity {
    spread(quantities.quantity(quantity, among: nil))
  }

  /// Over the candidates of all parts.
  func spread(_ quantity: AllocationMeter.Quantity) -> AllocationMeter.Quantity {
    guard partCount > 1, case .perAction(let values) = quantity else { return quantity }
    return .perAction((0..<partCount).flatMap { _ in values })
  }

  /// The meters over the candidates of all parts, without the decisions that do not count.
  var solvedMeters: [AllocationMeter] {
    meters.map { meter in
      let cells: [Int32]? = counted.map { counted in
        counted.indices.map { counted[$0] ? meter.cells?[$0] ?? 0 : -1 }
      }
      return AllocationMeter(
        quantity: spread(meter.quantity), cells: cells ?? meter.cells, cellCount: meter.cellCount)
    }
  }

  /// The bound of a range of cells. Where no decision counts in it (a member does not act there) it holds of 0.
  /// - Returns: nil where none counts and there is no bound either: a table of limits need not have what
  ///   does not occur.
  private func limit(
    _ limits: GroupLimits, _ group: ActionGroup, _ cells: DecisionCells, _ range: Range<Int>
  ) throws(EngineError) -> Double? {
    let last = range.upperBound - 1
    guard counts(cells, range) else {
      return try? limits.limit(group.actions, group.values, cells, last)
    }
    return try limits.limit(group.actions, group.values, cells, last)
  }

  /// Whether any decision of these cells counts, or all do.
  private func counts(_ cells: DecisionCells, _ range: Range<Int>) -> Bool {
    counted == nil || cells.sizes[range].contains { $0 > 0 }
  }

  private mutating func meter(
    _ quantity: DecideConstraint.Quantity, among actions: [Bool]?, _ cells: DecisionCells
  ) -> Int {
    let quantity = quantities.quantity(quantity, among: actions)
    meters.append(
      AllocationMeter(quantity: quantity, cells: cells.cells, cellCount: cells.count))
    return meters.count - 1
  }

  /// - Parameters:
  ///   - limit: where it stands in the coefficients, as it was written.
  ///   - slope: what the row then changes by with it.
  private mutating func addRow(
    _ constraint: DecideConstraint, _ label: String, _ terms: [AllocationRow.Term],
    _ bound: Double, group: Int? = nil, limit: Double = 0, slope: AllocationRow.Term? = nil
  ) {
    let sign = constraint.isAtMost ? 1.0 : -1.0
    func signed(_ term: AllocationRow.Term) -> AllocationRow.Term {
      AllocationRow.Term(
        meter: term.meter, cells: term.cells, coefficient: sign * term.coefficient)
    }
    rows.append(
      AllocationRow(
        name: label.isEmpty ? constraint.name : "\(constraint.name) [\(label)]",
        terms: terms.map(signed), bound: sign * bound, penalty: constraint.penalty, group: group,
        parameter: slope.map { .init(limit: limit, slope: [signed($0)]) }))
  }

  // MARK: Measures

  private mutating func addTotals(
    _ found: inout Constraint, _ quantity: DecideConstraint.Quantity, isRate: Bool
  ) throws(EngineError) {
    let constraint = found.declared
    let cells = try decisionCells(constraint)
    let limits = try limits(constraint)
    for group in actionGroups(constraint) {
      let meter = meter(quantity, among: group.actions, cells)
      for range in Self.ranges(cells, constraint.period) {
        overlap += constraint.period.map { $0.isRolling ? range.count : 0 } ?? 0
        if overlap > Self.overlapLimit {
          throw .unusable(
            relation: relation,
            detail: "`\(constraint.name)` holds in too many stretches of time that overlap: "
              + "\(cells.count) instants; bound `per calendar` days or weeks, or decide at fewer "
              + "instants")
        }
        let size = isRate ? Double(cells.sizes[range].reduce(0, +)) : 1
        guard size > 0, let limit = try self.limit(limits, group, cells, range) else { continue }
        let label = Self.label([group.label, cells.labels[range.upperBound - 1]])
        addRow(
          constraint, label,
          [AllocationRow.Term(meter: meter, cells: range, coefficient: 1 / size)], limit)
        found.written.append(
          Written(
            label: label, limit: limit, form: .usage(meter: meter, cells: range, over: size),
            rows: rows.count - 1..<rows.count))
      }
    }
  }

  /// A range for each bound: of a cell each, or, rolling, of the instants in (t − length, t].
  private static func ranges(
    _ cells: DecisionCells, _ period: DecideConstraint.Period?
  ) -> [Range<Int>] {
    guard case .rolling(let length) = period else {
      return (0..<cells.count).map { $0..<$0 + 1 }
    }
    var ranges: [Range<Int>] = []
    for run in cells.runs {
      var first = run.lowerBound
      for last in run {
        let (start, isBefore) = cells.times[last].subtractingReportingOverflow(length)
        while !isBefore, cells.times[first] <= start { first += 1 }
        ranges.append(first..<last + 1)
      }
    }
    return ranges
  }

  private mutating func addProportion(
    _ found: inout Constraint, _ quantity: DecideConstraint.Quantity,
    of whole: DecideConstraint.Quantity
  ) throws(EngineError) {
    let constraint = found.declared
    let cells = try decisionCells(constraint)
    let limits = try limits(constraint)
    for group in actionGroups(constraint) {
      let part = meter(quantity, among: group.actions, cells)
      let whole = meter(whole, among: group.actions, cells)
      for cell in 0..<cells.count {
        let label = Self.label([group.label, cells.labels[cell]])
        let range = cell..<cell + 1
        guard let limit = try self.limit(limits, group, cells, range) else { continue }
        addRow(
          constraint, label,
          [
            AllocationRow.Term(meter: part, cells: range, coefficient: 1),
            AllocationRow.Term(meter: whole, cells: range, coefficient: -limit),
          ], 0, limit: limit,
          slope: AllocationRow.Term(meter: whole, cells: range, coefficient: -1))
        found.written.append(
          Written(
            label: label, limit: limit, form: .proportion(meter: part, of: whole, cells: range),
            rows: rows.count - 1..<rows.count))
      }
    }
  }

  private mutating func addParity(
    _ found: inout Constraint, _ quantity: DecideConstraint.Quantity, by: ColumnID,
    toOverall: Bool, isRatio: Bool
  ) throws(EngineError) {
    let constraint = found.declared
    let outer = try decisionCells(constraint)
    let ranks =
      outer.cells.map { $0.map(Int.init) } ?? [Int](repeating: 0, count: rowCount)
    let compared = frameColumn(by)
    found.unknown = try unknown(compared, of: constraint)
    let inner = try DecisionCells(
      groups: [
        GroupKeys(ranks: ranks, labels: outer.labels),
        GroupKeys(compared, rowCount: rowCount, pool: pool),
      ], period: nil, time: time, rowCount: rowCount, counted: counted)
    // Cells of one outer group are neighbours, since it is compared first.
    let runs = Self.runs(of: inner, in: outer)
    let limits = try limits(constraint)
    for group in actionGroups(constraint) {
      let meter = meter(quantity, among: group.actions, inner)
      for (run, cell) in runs where counts(outer, cell..<cell + 1) {
        let limit = try limits.limit(group.actions, group.values, outer, cell)
        let shared = rows.count
        for cell in run where counts(inner, cell..<cell + 1) {
          let start = rows.count
          let label = Self.label([group.label, inner.labels[cell]])
          let others =
            toOverall
            ? [run] : run.filter { $0 != cell && counts(inner, $0..<$0 + 1) }.map { $0..<$0 + 1 }
          for other in others {
            addParityRows(
              constraint, label, meter, cell, other, inner.sizes, bound: limit, isRatio: isRatio,
              bothWays: toOverall, shared: shared)
          }
          found.written.append(
            Written(
              label: label, limit: limit,
              form: .parity(
                meter: meter, cell: cell, sizes: inner.sizes, others: others, isRatio: isRatio),
              rows: start..<rows.count))
        }
      }
    }
  }

  /// Decisions of which it is not known what group they are in. Together they are one group, so that nobody
  /// escapes the bound by not being known.
  /// - Throws: `.unusable` where that are all: then nothing is compared.
  private func unknown(
    _ group: Vector, of constraint: DecideConstraint
  ) throws(EngineError) -> Int {
    var (unknown, all) = (0, 0)
    for row in 0..<rowCount where counted?[row] ?? true {
      all += 1
      if group.isNull(row) { unknown += 1 }
    }
    guard unknown == 0 || unknown < all else {
      throw .unusable(
        relation: relation,
        detail:
          "`\(constraint.name)` compares groups that are unknown (null, or hidden from the policy) "
          + "at all \(all) decisions")
    }
    return unknown
  }

  /// Cells of each outer cell, with that cell.
  private static func runs(
    of inner: DecisionCells, in outer: DecisionCells
  ) -> [(run: Range<Int>, cell: Int)] {
    guard let own = inner.cells, let theirs = outer.cells else { return [(0..<inner.count, 0)] }
    var outerOf = [Int32](repeating: -1, count: inner.count)
    for row in own.indices { outerOf[Int(own[row])] = theirs[row] }
    var runs: [Range<Int>] = []
    for cell in 0..<inner.count {
      if let last = runs.last, outerOf[last.lowerBound] == outerOf[cell] {
        runs[runs.count - 1] = last.lowerBound..<cell + 1
      } else {
        runs.append(cell..<cell + 1)
      }
    }
    return runs.map { ($0, Int(outerOf[$0.lowerBound])) }
  }

  /// difference: r − s ≤ δ, and s − r ≤ δ where the other side has no rows of its own;
  /// ratio: δ·s ≤ r, and δ·r ≤ s. All of a constraint in one group or period are one bound, of the greatest
  /// distance or of the least ratio.
  /// - Parameter shared: the number of that bound.
  private mutating func addParityRows(
    _ constraint: DecideConstraint, _ label: String, _ meter: Int, _ cell: Int,
    _ other: Range<Int>, _ sizes: [Int], bound: Double, isRatio: Bool, bothWays: Bool,
    shared: Int
  ) {
    let own = 1 / Double(max(1, sizes[cell]))
    let their = 1 / Double(max(1, sizes[other].reduce(0, +)))
    func terms(_ ours: Double, _ theirs: Double) -> [AllocationRow.Term] {
      [
        AllocationRow.Term(meter: meter, cells: cell..<cell + 1, coefficient: ours * own),
        AllocationRow.Term(meter: meter, cells: other, coefficient: theirs * their),
      ]
    }
    if isRatio {
      // `>=`: rows are turned about.
      addRow(
        constraint, label, terms(1, -bound), 0, group: shared, limit: bound,
        slope: AllocationRow.Term(meter: meter, cells: other, coefficient: -their))
      if bothWays {
        addRow(
          constraint, label, terms(-bound, 1), 0, group: shared, limit: bound,
          slope: AllocationRow.Term(meter: meter, cells: cell..<cell + 1, coefficient: -own))
      }
    } else {
      addRow(constraint, label, terms(1, -1), bound, group: shared)
      if bothWays { addRow(constraint, label, terms(-1, 1), bound, group: shared) }
    }
  }
}
