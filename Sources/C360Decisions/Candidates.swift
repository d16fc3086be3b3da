import C360Columns
import C360Engine
import C360Plan

/// What a decision chooses from: the rows of the actions table in their order, then the no-op.
struct Candidates: Sendable {
  /// Keys as they are written: text of the actions and of the no-op; empty when keys stay integers.
  let codes: [Int32]
  /// Integer keys; empty when the action is written as text.
  let integers: [Int64]
  let names: [String]
  /// Rows of the actions table; the no-op, if there is one, is the candidate of this number.
  let actionCount: Int
  let hasNoOp: Bool
  let fallback: Int

  var count: Int { names.count }
  var noOp: Int? { hasNoOp ? actionCount : nil }

  /// Checks the table as a whole: keys neither null nor equal, none like the no-op, the fallback
  /// among them. Throws `EngineError.unusable`.
  init(of step: DecideStep, keys: Vector, pool: TextPool) throws(EngineError) {
    func unusable(_ detail: String) -> EngineError {
      .unusable(relation: step.actions, detail: detail)
    }
    // Keys are compared as codes: equality of texts is equality of bytes.
    var rows: [Int32: Int] = [:]
    var codes: [Int32] = []
    for row in 0..<keys.count {
      guard !keys.isNull(row) else { throw unusable("row \(row + 1) has no key") }
      let code = keys.type == .text ? keys.codes[row] : pool.intern(String(keys.int64s[row]))
      if let first = rows.updateValue(row, forKey: code) {
        let name = pool.text(code)
        throw unusable("rows \(first + 1) and \(row + 1) have the same key `\(name)`")
      }
      codes.append(code)
    }
    if let noOp = step.noAction {
      codes.append(pool.intern(noOp))
      if let row = rows.updateValue(keys.count, forKey: codes[keys.count]) {
        throw unusable("row \(row + 1) has the key `\(noOp)`, which is the name of the no-op")
      }
    }
    guard let fallback = rows[pool.intern(step.fallback)] else {
      throw unusable("the fallback `\(step.fallback)` of `\(step.policy)` is not among the actions")
    }
    let writesIntegers = keys.type == .int64 && step.noAction == nil
    names = codes.map { pool.text($0) }
    self.codes = writesIntegers ? [] : codes
    integers = writesIntegers ? (0..<keys.count).map { keys.int64s[$0] } : []
    actionCount = keys.count
    hasNoOp = step.noAction != nil
    self.fallback = fallback
  }
}
