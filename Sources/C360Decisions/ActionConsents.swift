import C360Columns
import C360Engine
import C360Plan

/// Consents by the channel of the action: each distinct channel is asked once an exposure, and the
/// answers are handed out to the actions of the channel. Shared by threads.
struct ConsentsByChannel: @unchecked Sendable {
  struct Test: @unchecked Sendable {
    let ledger: ConsentLedger
    let clock: ConsentStep.Test.Clock
    /// Distinct codes of channels among the actions.
    let channels: [Int32]
    /// By action: its place among `channels`.
    let channelOfAction: [Int]
    let keys: Vector
    let times: Vector
    let column: ColumnID
  }
  let tests: [Test]
  let actionCount: Int

  init(
    _ steps: [ConsentStep], actionCount: Int, _ state: inout ExecutionState, _ pool: TextPool
  ) {
    var tests: [Test] = []
    for step in steps {
      for test in step.tests {
        guard case .ofAction(let column) = test.channel else { continue }
        let codes = state.vector(column)
        var channels: [Int32] = []
        let places = (0..<actionCount).map { action in
          let code = codes.isNull(action) ? ConsentLedger.everyChannel : codes.codes[action]
          if let place = channels.firstIndex(of: code) { return place }
          channels.append(code)
          return channels.count - 1
        }
        tests.append(
          Test(
            ledger: .of(step, purpose: test.purpose, &state, pool), clock: test.clock,
            channels: channels, channelOfAction: places, keys: state.vector(step.frameKey),
            times: state.vector(step.frameTime), column: test.column))
      }
    }
    self.tests = tests
    self.actionCount = actionCount
  }
}

/// The answers of a piece of the frame, one value a pair. Belongs to one thread.
final class ActionConsents {
  private let consents: ConsentsByChannel
  private let values: [Buffer]
  private var first = 0

  /// - Parameter rows: of the largest piece.
  init(_ consents: ConsentsByChannel, rows: Int) {
    self.consents = consents
    values = consents.tests.map { _ in Buffer(byteCount: rows * consents.actionCount) }
  }

  /// - Parameter rows: of the frame.
  func evaluate(_ rows: Range<Int>) {
    first = rows.lowerBound
    let actions = consents.actionCount
    for (test, buffer) in zip(consents.tests, values) {
      let granted = buffer.elements(UInt8.self)
      var answers = [UInt8](repeating: 0, count: test.channels.count)
      for row in rows {
        answer(test, row, into: &answers)
        let pairs = granted + (row - first) * actions
        for action in 0..<actions { pairs[action] = answers[test.channelOfAction[action]] }
      }
    }
  }

  private func answer(_ test: ConsentsByChannel.Test, _ row: Int, into answers: inout [UInt8]) {
    var entries = 0..<0
    var time = test.times.isNull(row) ? nil : test.times.int64s[row]
    if time != nil, !test.keys.isNull(row) { entries = test.ledger.entries(of: test.keys.key(row)) }
    if case .instant(let instant) = test.clock, time != nil { time = instant }
    for (place, channel) in test.channels.enumerated() {
      let isGranted = time.map { test.ledger.isGranted(entries, at: $0, channel: channel) } ?? false
      answers[place] = isGranted ? 1 : 0
    }
  }

  /// Values from the pair of a row of the frame and an action on; nil: not a column of consents.
  func operand(_ column: ColumnID, row: Int, action: Int) -> Operand? {
    guard let index = consents.tests.firstIndex(where: { $0.column == column }) else { return nil }
    return Operand(
      values: values[index].pointer + (row - first) * consents.actionCount + action)
  }
}
