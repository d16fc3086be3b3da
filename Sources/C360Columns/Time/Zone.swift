/// A time zone: which offset from UTC holds when. Rules come from the system's zone database
/// (TZif files); `UTC` needs none.
///
/// Local times are microseconds of the local clock since 1970-01-01 00:00 local.
public final class Zone: Sendable {
  public static let utc = Zone(name: "UTC", transitions: [], offsets: [0], isPeriodic: false)

  /// The identifier, such as `Europe/London`.
  public let name: String
  /// Instants (seconds UTC) at which the offset changes, ascending.
  let transitions: [Int64]
  /// Seconds east of UTC: `offsets[i]` holds before `transitions[i]`, the last one after all.
  let offsets: [Int64]
  /// Whether the last 400 years of `transitions` repeat for ever (the calendar does).
  let isPeriodic: Bool

  init(name: String, transitions: [Int64], offsets: [Int64], isPeriodic: Bool) {
    self.name = name
    self.transitions = transitions
    self.offsets = offsets
    self.isPeriodic = isPeriodic
  }

  public var isUTC: Bool { transitions.isEmpty && offsets[0] == 0 }

  /// Microseconds east of UTC at an instant (µs UTC).
  public func offset(at instant: Int64) -> Int64 {
    if transitions.isEmpty { return offsets[0] * 1_000_000 }
    let second = folded(floorSeconds(instant)).second
    return offsets[period(of: second)] * 1_000_000
  }

  /// What a local clock shows at an instant (µs UTC).
  public func local(at instant: Int64) -> Int64 { instant &+ offset(at: instant) }

  /// The instant (µs UTC) at which a local clock shows `local`. A time that the clock skips moves
  /// forward by the gap; of two instants the earlier one is taken.
  public func instant(ofLocal local: Int64) -> Int64 {
    if transitions.isEmpty { return local &- offsets[0] * 1_000_000 }
    let whole = floorSeconds(local)
    let (second, shift) = folded(whole)
    let fraction = local &- whole &* 1_000_000
    return (instantSecond(ofLocal: second) &+ shift) &* 1_000_000 &+ fraction
  }

  private func instantSecond(ofLocal second: Int64) -> Int64 {
    // No offset exceeds 26 hours, so only periods this near can show the time.
    let slack: Int64 = 26 * 3600
    var index = period(of: second - slack)
    var beforeGap = second - offsets[index]
    while index < offsets.count {
      let start = index == 0 ? Int64.min : transitions[index - 1]
      if start > second + slack { break }
      let candidate = second - offsets[index]
      if candidate >= start {
        if index == transitions.count || candidate < transitions[index] { return candidate }
        beforeGap = candidate
      }
      index += 1
    }
    return beforeGap
  }

  private func period(of second: Int64) -> Int {
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= second { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// 400 years in seconds: the calendar, weekdays included, repeats after them.
  static let cycle: Int64 = 146_097 * 86_400
  /// Rules are written out through this year; later times are folded into the cycle before it.
  static let lastRuleYear = 2500

  private func folded(_ second: Int64) -> (second: Int64, shift: Int64) {
    let limit = Int64(CivilDate(year: Self.lastRuleYear, month: 1, day: 1).daysSince1970) * 86_400
    guard isPeriodic, second >= limit else { return (second, 0) }
    let cycles = (second - limit) / Self.cycle + 1
    return (second - cycles * Self.cycle, cycles * Self.cycle)
  }

  private func floorSeconds(_ microseconds: Int64) -> Int64 {
    let quotient = microseconds / 1_000_000
    return microseconds % 1_000_000 < 0 ? quotient - 1 : quotient
  }
}
