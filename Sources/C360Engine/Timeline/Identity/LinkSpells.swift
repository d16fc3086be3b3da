import C360Columns
import C360Plan

/// To whom identifiers belong, and when: spells of time, those of an identifier side by side.
///
/// A spell covers the decisions x with from < x.t ≤ until: a link counts at decisions strictly after
/// it was learned of, and an older state up to the moment at which the newer one was.
struct LinkSpells: Sendable {
  /// Numbers of identifiers.
  let identifiers: KeyTable
  /// `identifiers.count` + 1 places.
  private(set) var starts: [Int32] = [0]
  /// Key of the entity, or the code of its text.
  private(set) var entities: [Int64] = []
  /// `.min`: since ever.
  private(set) var from: [Int64] = []
  /// `.max`: it lasts.
  private(set) var until: [Int64] = []
  private(set) var weights: [Double] = []
  /// Identifiers that never belong to anybody, though there are links.
  private(set) var unresolved = 0
  var findings = LinkFindings()

  init(identifiers: KeyTable) { self.identifiers = identifiers }

  mutating func append(entity: Int64, weight: Double, from: Int64, until: Int64) {
    // A state that was overtaken at the moment it began was never seen.
    if from == until { return }
    entities.append(entity)
    weights.append(weight)
    self.from.append(from)
    self.until.append(until)
  }

  /// All spells of the next identifier are there.
  mutating func endIdentifier() {
    let end = Int32(truncatingIfNeeded: entities.count)
    if starts[starts.count - 1] == end { unresolved += 1 }
    starts.append(end)
  }

  /// The spells of an identifier; nil where no link names it.
  @inline(__always)
  func spells(of key: Int64) -> Range<Int>? {
    let number = identifiers.number(of: key)
    return number < 0 ? nil : Int(starts[number])..<Int(starts[number + 1])
  }
}

/// The rows of an identity as columns.
struct LinkRows: @unchecked Sendable {
  let relation: RelationID
  let count: Int
  let identifiers: Vector
  let entities: Vector
  let weights: UnsafeMutablePointer<Double>
  let known: Vector?
  let order: RowOrder
  let pool: TextPool
  let rule: LinkStep.Rule
  let threshold: Double

  init(_ links: LinkStep.Links, _ state: ExecutionState, pool: TextPool) throws(EngineError) {
    relation = links.relation
    count = state.rowCount(links.relation)
    identifiers = state.vector(links.identifier)
    entities = state.vector(links.entity)
    let weights = state.vector(links.weight)
    self.weights = weights.float64s
    known = links.known.map { state.vector($0) }
    order = RowOrder(links.tieBreak.map { state.vector($0) }, pool: pool)
    self.pool = pool
    rule = links.rule
    threshold = links.threshold
    for row in 0..<count where weights.isNull(row) || !(0...1 ~= self.weights[row]) {
      let text = weights.isNull(row) ? "null" : TextFormat.float(self.weights[row])
      throw unusable(row, "the probability of a link is \(text), which is not between 0 and 1")
    }
  }

  func unusable(_ row: Int, _ detail: String) -> EngineError {
    .badRow(relation: relation, row: row, detail: detail)
  }

  /// When a link was learned of; nil: never.
  @inline(__always)
  func instant(_ row: Int) -> Int64? {
    guard let known else { return .min }
    return known.isNull(row) ? nil : known.int64s[row]
  }

  @inline(__always)
  func isAccepted(_ weight: Double) -> Bool { weight >= threshold && weight > 0 }

  /// Whether one version of a link is older than another.
  func isOlder(_ left: Int, _ right: Int) -> Bool {
    if let known, known.int64s[left] != known.int64s[right] {
      return known.int64s[left] < known.int64s[right]
    }
    return order.compare(left, right) < 0
  }

  func precedes(_ left: Int64, _ right: Int64) -> Bool {
    guard entities.type == .text else { return left < right }
    return pool.precedes(Int32(truncatingIfNeeded: left), Int32(truncatingIfNeeded: right))
  }

  func name(_ key: Int64) -> String {
    identifiers.type == .text ? pool.text(Int32(truncatingIfNeeded: key)) : String(key)
  }
}
