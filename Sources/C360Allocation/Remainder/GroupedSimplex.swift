/// The primal simplex method for linear programs in which every decision takes one unit in all
/// (generalized upper bounding: Dantzig and Van Slyke 1967). One basic candidate of each decision is
/// its *key*; the inverse that is kept has one row and column a coupling row, however many decisions
/// there are.
///
/// Every row has a slack and a surplus; the surplus costs the row's penalty, or for rows that hold a
/// charge that grows until nothing is above its bound, or it is certain that something must be. Soft rows
/// of one group have one surplus, that of the first of them, the *leader*.
final class GroupedSimplex {
  let problem: RemainderProblem
  let rowCount: Int
  /// By row: cost of a unit of surplus.
  var charges: [Double]
  /// By position of the working basis: column, or −1 − 2r: slack of row r, −2 − 2r: its surplus.
  var basis: [Int]
  var values: [Double]
  /// By position: the decision whose candidate stands there; −1: none.
  var owners: [Int]
  /// By decision: its key, and the value of that.
  var keys: [Int]
  var keyValues: [Double]
  /// Row by row.
  let inverse: DoubleBuffer
  /// Prices of rows.
  let prices: DoubleBuffer
  let direction: DoubleBuffer
  /// Whether values of columns count; without them only surpluses are minimised.
  var countsValues = true
  var pivots = 0
  var sinceInversion = 0
  var idlePivots = 0
  var nextDecision = 0
  var rates: [Double]
  /// By row: the rows that its surplus relieves, and by how much a unit does; empty but for leaders.
  let relieved: [[(row: Int, amount: Double)]]
  /// By column: whether it may enter.
  var allowed: [Bool]
  /// Asked now and then; what is left unsolved then is `.exhausted`.
  var isCancelled: @Sendable () -> Bool = { false }

  init(_ problem: RemainderProblem) {
    self.problem = problem
    rowCount = problem.rowCount
    basis = []
    values = []
    owners = []
    keys = problem.current
    keyValues = [Double](repeating: 1, count: problem.decisionCount)
    charges = problem.penalties.map { $0.isFinite ? $0 : Self.firstCharge }
    inverse = DoubleBuffer(rowCount * rowCount)
    prices = DoubleBuffer(rowCount)
    direction = DoubleBuffer(rowCount)
    rates = [Double](repeating: 0, count: problem.decisionCount)
    allowed = [Bool](repeating: true, count: problem.columnCount)
    relieved = (0..<problem.rowCount).map { row in
      guard let group = problem.group(of: row) else { return [(row, 1)] }
      let rows = problem.groups[group]
      guard rows[0] == row else { return [] }
      return rows.map { ($0, problem.penalties[row] / problem.penalties[$0]) }
    }
    start()
  }

  static let firstCharge = 1e3
  static let lastCharge = 1e12
  static let tolerance = 1e-10
  /// An excess, in scaled units, that is more than rounding.
  static let proof = 1e-9

  /// Every decision at its key, every row at its slack or surplus.
  func start() {
    let usage = problem.usage(keys)
    basis = []
    values = []
    owners = [Int](repeating: -1, count: rowCount)
    for place in 0..<rowCount * rowCount { inverse.start[place] = 0 }
    for row in 0..<rowCount {
      let left = problem.bounds[row] - usage[row]
      basis.append(left >= 0 ? -1 - 2 * row : -2 - 2 * row)
      values.append(abs(left))
      inverse.start[row * rowCount + row] = left >= 0 ? 1 : -1
    }
    for (leader, rows) in relieved.enumerated() where rows.count > 1 {
      startGroup(leader, rows, usage)
    }
    for decision in keyValues.indices { keyValues[decision] = 1 }
    price()
  }

  /// The row that is violated most has the surplus of the group, all others slacks.
  private func startGroup(
    _ leader: Int, _ rows: [(row: Int, amount: Double)], _ usage: [Double]
  ) {
    func violation(_ part: (row: Int, amount: Double)) -> Double {
      (usage[part.row] - problem.bounds[part.row]) / part.amount
    }
    let worst = rows.max { violation($0) < violation($1) }!
    let most = violation(worst)
    guard most > 0 else { return }
    for (row, amount) in rows {
      for other in 0..<rowCount { inverse.start[row * rowCount + other] = 0 }
      let isWorst = row == worst.row
      basis[row] = isWorst ? -2 - 2 * leader : -1 - 2 * row
      values[row] = isWorst ? most : max(0, problem.bounds[row] - usage[row] + amount * most)
      if !isWorst { inverse.start[row * rowCount + row] = 1 }
      inverse.start[row * rowCount + worst.row] = -(isWorst ? 1 : amount) / worst.amount
    }
  }

  enum Outcome {
    case optimal
    /// Some row that holds is above its bound whatever is done.
    case infeasible
    case exhausted
  }

  /// - Parameter limit: of pivots, in all calls.
  func solve(limit: Int) -> Outcome {
    var isHoldable = false
    while true {
      guard iterate(limit: limit) else { return .exhausted }
      if hardSurplus() <= Self.tolerance { return .optimal }
      if !isHoldable {
        let outcome = relieve(limit: limit)
        guard case .optimal = outcome else { return outcome }
        isHoldable = true
      }
      var raised = false
      for row in 0..<rowCount where !problem.penalties[row].isFinite {
        if charges[row] < Self.lastCharge {
          charges[row] *= 1e3
          raised = true
        }
      }
      // The rows can hold, but no charge that doubles can tell apart makes them.
      if !raised { return .exhausted }
      price()
    }
  }

  /// Brings the rows that hold to their bounds, whatever that costs (the first phase). Great charges
  /// beside values would drown what the proof hangs on.
  /// - Returns: `.infeasible` with the prices that prove it, which are at most 1.
  private func relieve(limit: Int) -> Outcome {
    let standing = charges
    countsValues = false
    charges = problem.penalties.map { $0.isFinite ? 0 : 1 }
    idlePivots = 0
    price()
    let isDone = iterate(limit: limit)
    if isDone, hardSurplus() > Self.proof { return .infeasible }
    countsValues = true
    charges = standing
    idlePivots = 0
    price()
    return isDone ? .optimal : .exhausted
  }

  /// The greatest excess of a row that holds.
  func hardSurplus() -> Double {
    var greatest = 0.0
    for (position, variable) in basis.enumerated() where variable < -1 && variable % 2 == 0 {
      let row = (-variable - 2) / 2
      if !problem.penalties[row].isFinite { greatest = max(greatest, values[position]) }
    }
    return greatest
  }

  private func iterate(limit: Int) -> Bool {
    while let entering = chooseEntering() {
      if pivots >= limit || (pivots % 64 == 0 && isCancelled()) { return false }
      pivots += 1
      pivot(entering)
      if sinceInversion >= 64 + rowCount {
        invert()
      }
    }
    return true
  }

  /// By decision: its candidates in use and their shares.
  func shares() -> [[(column: Int, share: Double)]] {
    var shares = keys.indices.map { [(column: keys[$0], share: keyValues[$0])] }
    for (position, variable) in basis.enumerated() where variable >= 0 {
      shares[owners[position]].append((variable, values[position]))
    }
    return shares
  }

  /// Σ value · share − charges of soft surpluses.
  func objective() -> Double {
    var sum = 0.0
    for (decision, key) in keys.enumerated() { sum += problem.values[key] * keyValues[decision] }
    for (position, variable) in basis.enumerated() {
      if variable >= 0 {
        sum += problem.values[variable] * values[position]
      } else if variable % 2 == 0 {
        let penalty = problem.penalties[(-variable - 2) / 2]
        if penalty.isFinite { sum -= penalty * values[position] }
      }
    }
    return sum
  }

  func rowPrices() -> [Double] { (0..<rowCount).map { prices.start[$0] } }

  func cost(_ column: Int) -> Double { countsValues ? problem.values[column] : 0 }

  /// Σ price · entry of a column.
  @inline(__always)
  func charge(_ column: Int) -> Double {
    var sum = 0.0
    for entry in problem.entryStarts[column]..<problem.entryStarts[column + 1] {
      sum += prices.start[Int(problem.entryRows[entry])] * problem.entries[entry]
    }
    return sum
  }
}
