import C360Plan

/// What a timeline step computes, with every instant, filter and window once (semantics.md E6).
/// Lists are referred to by index.
struct TimelineProgram: Sendable {
  /// What takes the place of the decision time t.
  enum Clock: Hashable, Sendable {
    case decision
    /// The last multiple strictly before it.
    case every(TimeOffset)
  }

  struct Instant: Hashable, Sendable {
    let clock: Clock
    let moment: Moment
  }

  /// An instant relative to the decision time t. Its position is that of the first event not before
  /// it.
  enum Moment: Hashable, Sendable {
    /// t − µs
    case before(Int64)
    /// Back from t on the local calendar, then by the lag: both ends of a window move, so that its length stays
    case spanBefore(lag: Int64, CalendarStep)
    /// Local start of the period that holds t, moved back by the lag
    case periodStart(lag: Int64, CalendarStep)
    /// Just after t + offset
    case after(TimeOffset)
    /// Just after the time in a column of the frame; the beginning where that is null
    case since(ColumnID)
  }

  /// What a column must be at an event.
  struct Condition: Hashable, Sendable {
    enum Test: UInt8, Hashable, Sendable { case isTrue, isFalse, isPresent, isAbsent, never }
    let column: ColumnID
    let test: Test
  }

  /// Events that pass some conditions, in order; one for each class where there are matches.
  struct Stream: Hashable, Sendable {
    var conditions: [Condition]
    var matches: [WindowedAggregate.Match]
    /// Without the events that come and go between two rows of a chunk, seen by none, by this clock.
    var versions: Clock?
  }

  enum Start: Hashable, Sendable {
    case beginning
    case moment(Int)
    /// The nth visible event from the end in a stream.
    case last(Int, stream: Int)
    /// The first event of the session that is open at the end, in a stream of all that may be seen.
    case session(gap: Int64, lag: Int64, stream: Int)
  }

  /// From an instant up to, but not including, another. Where `waits`, events also have to be known
  /// and not gone.
  struct Window: Hashable, Sendable {
    let clock: Clock
    let start: Start
    let end: Int
    let waits: Bool
    /// µs; of windows that wait.
    let lag: Int64
  }

  /// The events of a stream in a window.
  struct Selection: Hashable, Sendable {
    let stream: Int
    let window: Int
  }

  enum GapStatistic: Hashable, Sendable { case mean, least, greatest, median, standardDeviation }

  enum DecayKind: Hashable, Sendable { case sum, count, mean }

  enum Kernel: Hashable, Sendable {
    case count
    /// Whether the count is positive.
    case isNotEmpty
    case isEmpty
    /// Count over the count of another selection.
    case share(of: Int)
    /// Sum over the sum of another selection.
    case weightedShare(of: Int, weight: ColumnID)
    case sum(ColumnID)
    case mean(ColumnID)
    case ratio(ColumnID, ColumnID)
    /// Of the products of value and weight.
    case weightedSum(ColumnID, weight: ColumnID)
    /// The same over the sum of the products of another column; nil: of the weights.
    case weightedRatio(ColumnID, over: ColumnID?, weight: ColumnID)
    case variance(ColumnID, isPopulation: Bool, isRoot: Bool)
    case least(ColumnID)
    case greatest(ColumnID)
    /// From 1, negative from the end.
    case nth(ColumnID, Int)
    case distinct(ColumnID)
    case mode(ColumnID)
    /// The most frequent values, at most so many.
    case top(ColumnID, Int)
    /// The last values in order, at most so many.
    case listed(ColumnID, Int)
    /// Numbers of values between bounds.
    case histogram(ColumnID, HistogramBounds)
    /// Weights are of the mean.
    case decayed(DecayKind, ColumnID?, weight: ColumnID?, halfLife: Int64)
    case quantile(ColumnID, billionths: Int64)
    case entropy(ColumnID)
    case approximateDistinct(ColumnID)
    case slope(ColumnID)
    case smoothed(ColumnID, alpha: Double)
    case gap(GapStatistic)
    case fold(FoldStep)
    /// Of another selection: how many of its newest events in a row are in this one.
    case streak(of: Int)
  }

  struct Instruction: Sendable {
    let kernel: Kernel
    let selection: Int
    let origin: Int32
  }

  var moments: [Instant] = []
  var streams: [Stream] = []
  var windows: [Window] = []
  var selections: [Selection] = []
  /// One for each output of the step.
  var instructions: [Instruction] = []
}

extension TimelineProgram.Kernel {
  /// Whether nothing in the window means null.
  var isNullable: Bool {
    switch self {
    case .count, .isNotEmpty, .isEmpty, .sum, .distinct, .approximateDistinct, .streak, .fold,
      .weightedSum, .decayed(.sum, _, _, _), .decayed(.count, _, _, _):
      false
    default: true
    }
  }
}

/// Adds to a list what it does not hold yet.
func interned<T: Equatable>(_ value: T, in list: inout [T]) -> Int {
  if let index = list.firstIndex(of: value) { return index }
  list.append(value)
  return list.count - 1
}
