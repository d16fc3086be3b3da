import C360Columns
import C360Plan

/// What a ledger says of one purpose: grants and withdrawals of each entity in order of time.
package final class ConsentLedger: @unchecked Sendable {
  private struct Entry {
    let time: Int64
    /// Code of the channel; `everyChannel`: it holds for all.
    let channel: Int32
    let isGrant: Bool
  }
  /// Asked for: entries without a channel only.
  package static let everyChannel: Int32 = -1
  /// A text that the ledger cannot hold.
  package static let unknownChannel: Int32 = -2

  private let numbers: KeyTable
  /// Entity `e` has entries `starts[e] ..< starts[e + 1]`, by channel and in a channel by time; at equal
  /// times a withdrawal stands behind the grant, so that it wins.
  private let starts: [Int]
  private let entries: [Entry]
  /// Grants to whom already had one.
  package let overlapping: Int
  /// Rows whose withdrawal stands before their grant, which therefore never ends.
  package let reversed: Int
  /// No row has the purpose.
  package let isUnmentioned: Bool

  init(_ step: ConsentStep, purpose code: Int32?, _ state: ExecutionState) {
    let keys = state.vector(step.key)
    let purposes = state.vector(step.purpose)
    let from = state.vector(step.from)
    let until = step.until.map { state.vector($0) }
    let channels = step.channel.map { state.vector($0) }
    var rows: [Int] = []
    if let code {
      for row in 0..<keys.count
      where !purposes.isNull(row) && purposes.codes[row] == code && !keys.isNull(row) {
        rows.append(row)
      }
    }
    let (least, greatest) = keys.keyBounds()
    let numbers = KeyTable(least: least, greatest: greatest, expected: rows.count)
    let entities = rows.map { numbers.add(keys.key($0)) }
    func forEachEntry(_ body: (_ entity: Int, Entry) -> Void) {
      for (row, entity) in zip(rows, entities) {
        var channel = Self.everyChannel
        if let channels, !channels.isNull(row) { channel = channels.codes[row] }
        if !from.isNull(row) {
          body(entity, Entry(time: from.int64s[row], channel: channel, isGrant: true))
        }
        if let until, !until.isNull(row) {
          body(entity, Entry(time: until.int64s[row], channel: channel, isGrant: false))
        }
      }
    }
    var starts = [Int](repeating: 0, count: numbers.count + 1)
    forEachEntry { entity, _ in starts[entity + 1] += 1 }
    for entity in 0..<numbers.count { starts[entity + 1] += starts[entity] }
    var next = starts
    var entries = [Entry](
      repeating: Entry(time: 0, channel: 0, isGrant: false), count: starts[numbers.count])
    forEachEntry { entity, entry in
      entries[next[entity]] = entry
      next[entity] += 1
    }
    var overlapping = 0
    for entity in 0..<numbers.count {
      let range = starts[entity]..<starts[entity + 1]
      if range.count > 1 {
        entries[range].sort {
          ($0.channel, $0.time, $0.isGrant ? 0 : 1) < ($1.channel, $1.time, $1.isGrant ? 0 : 1)
        }
      }
      for index in range.dropFirst() {
        let (before, entry) = (entries[index - 1], entries[index])
        if entry.isGrant, before.isGrant, before.channel == entry.channel { overlapping += 1 }
      }
    }
    self.numbers = numbers
    self.starts = starts
    self.entries = entries
    self.overlapping = overlapping
    reversed = rows.count { row in
      guard let until, !until.isNull(row), !from.isNull(row) else { return false }
      return until.int64s[row] < from.int64s[row]
    }
    isUnmentioned = rows.isEmpty
  }

  /// Where the entries of an entity lie, by its key.
  package func entries(of key: Int64) -> Range<Int> {
    let number = numbers.number(of: key)
    return number < 0 ? 0..<0 : starts[number]..<starts[number + 1]
  }

  /// By the last entry at or before the time, of the channel or of all channels.
  package func isGranted(_ range: Range<Int>, at time: Int64, channel: Int32) -> Bool {
    let ofAll = lastEntry(through: time, Self.everyChannel, range)
    guard channel != Self.everyChannel, let own = lastEntry(through: time, channel, range) else {
      return ofAll?.isGrant ?? false
    }
    guard let ofAll, ofAll.time >= own.time else { return own.isGrant }
    return ofAll.isGrant && (own.isGrant || own.time < ofAll.time)
  }

  /// Whether an entry in (time, end] takes the consent away.
  func isWithdrawn(_ range: Range<Int>, after time: Int64, through end: Int64, channel: Int32)
    -> Bool
  {
    Self.channels(of: channel).contains { channel in
      stretch(range, channel, after: time, through: end).contains { !entries[$0].isGrant }
    }
  }

  /// Adds the times at which an entry of the channel or of all channels stands.
  func addChanges(_ range: Range<Int>, channel: Int32, to times: inout [Int64]) {
    for index in range {
      let entry = entries[index]
      if entry.channel == Self.everyChannel || entry.channel == channel { times.append(entry.time) }
    }
  }

  /// The channels whose entries decide of one.
  private static func channels(of channel: Int32) -> [Int32] {
    channel == everyChannel ? [everyChannel] : [everyChannel, channel]
  }

  private func lastEntry(through time: Int64, _ channel: Int32, _ range: Range<Int>) -> Entry? {
    let index = firstEntry(after: time, channel, range) - 1
    guard index >= range.lowerBound, entries[index].channel == channel else { return nil }
    return entries[index]
  }

  /// The entries of a channel in (time, end].
  private func stretch(
    _ range: Range<Int>, _ channel: Int32, after time: Int64, through end: Int64
  ) -> Range<Int> {
    let first = firstEntry(after: time, channel, range)
    return first..<max(first, firstEntry(after: end, channel, range))
  }

  private func firstEntry(after time: Int64, _ channel: Int32, _ range: Range<Int>) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      let entry = entries[middle]
      if (entry.channel, entry.time) <= (channel, time) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension ConsentLedger {
  /// The ledger of a purpose, made once a run, with what is to be reported of it.
  package static func of(
    _ step: ConsentStep, purpose: String, _ state: inout ExecutionState, _ pool: TextPool
  ) -> ConsentLedger {
    let code = pool.code(of: purpose)
    if let known = state.timelines.ledger(of: step.purpose, purpose) { return known }
    let ledger = ConsentLedger(step, purpose: code, state)
    state.timelines.keep(ledger, of: step.purpose, purpose)
    let name = state.plan.name(of: step.ledger)
    if ledger.isUnmentioned {
      let purposes = state.vector(step.purpose)
      var known: Set<Int32> = []
      for row in 0..<purposes.count where !purposes.isNull(row) {
        known.insert(purposes.codes[row])
      }
      state.counts.unmentionedPurposes[name, default: [:]][purpose] =
        known.map { pool.text($0) }.sorted()
    } else {
      state.counts.mentionedPurposes[name, default: []].insert(purpose)
    }
    if ledger.overlapping > 0 {
      state.counts.overlappingGrants[name, default: [:]][purpose] = ledger.overlapping
    }
    if ledger.reversed > 0 {
      state.counts.reversedConsents[name, default: [:]][purpose] = ledger.reversed
    }
    return ledger
  }
}
