/// The functions of the language that are computed row by row, operators included. Names as called;
/// the ones in words of symbols are reached through operators only.
///
/// Unless said otherwise a null argument gives null and arguments have one of the listed types.
public enum Builtin: String, Sendable, CaseIterable {
  // Operators; also vector+vector, vector−vector and vector·float, element by element
  /// int+int, float+float, time+duration, duration+duration, time+calendarSpan, text+text.
  /// Overflow of integers, durations or times is an error.
  case add = "+"
  /// Also time−time → duration, date−date → duration, time−duration, time−calendarSpan.
  case subtract = "-"
  /// int·int, float·float, duration·int, duration·float (rounded half to even).
  case multiply = "*"
  /// float/float → float (IEEE), duration/duration → float, duration/float → duration.
  case divide = "/"
  /// float^float
  case power = "^"
  /// int, float, duration
  case negate = "negate"
  /// Remainder with the sign of the divisor; int (divisor 0 is an error) or float (divisor 0 is NaN).
  case modulo = "mod"
  /// bool int float text time date duration. Floats follow IEEE; texts compare by bytes.
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  // Numbers
  /// `abs` of int, float, duration and `sign` (−1, 0, 1; NaN for NaN) keep the type of their argument;
  /// `abs` of the least integer is an error. The rest are float → float; `round` takes halves away
  /// from zero; sigmoid(x) = 1 / (1 + exp(−x)), logit(p) = ln(p / (1 − p)).
  case abs, sqrt, exp, ln, log2, log10, floor, ceil, round, sign, sigmoid, logit, tanh
  case isNaN = "is_nan"
  /// Any number of arguments ≥ 2 of one ordered type; null arguments are skipped, all null is null.
  /// NaN is greater than every number.
  case least, greatest
  /// clamp(x, low, high): the lesser of high and the greater of low and x; NaN x stays NaN.
  case clamp
  // Conversions
  /// int widened; never written.
  case toFloat = "widen"
  /// int(float) truncates, out of range or NaN is an error; int(bool); int(text) is an error on bad text.
  case int
  /// float(int), float(bool), float(money) drops the unit, float(text) is an error on bad text.
  case float
  /// Of any type: `true`; shortest round-trip numbers as Swift prints them (`5.0`, `1e+16`, `nan`,
  /// `inf`); `2026-03-01`; `2026-03-01T12:00:00.25Z` in UTC, the fraction as short as it is;
  /// durations as `-1d2h3m4.5s`, units that are 0 left out, `0s` for none.
  case text
  // Durations as floats
  case seconds, minutes, hours, days, weeks
  // Calendar, in the program's time zone for times
  /// time → date
  case date
  /// date → time: local start of day
  case startOfDay = "start_of_day"
  /// Of times and (not hour, minute) dates; weekday is 1 on Monday to 7 on Sunday.
  case year, quarter, month, day, weekday, hour, minute
  // Texts: Unicode case mapping of no locale; length counts Unicode scalars; trim takes scalars of
  // property White_Space off both ends; the rest compare bytes.
  case lower, upper, length, trim, contains
  // Vectors of one length, and lists
  /// Σ aᵢ·bᵢ in an order of its own (docs/decisions.md). norm(a) = sqrt(dot(a, a)); cosine(a, b) =
  /// dot(a, b) / (norm(a) * norm(b)), null when a norm is 0.
  case dot, norm, cosine
  /// element(vector or list, i): from 1, negative from the end, null where there is none.
  /// `length` and `contains` also take a list.
  case element
  case startsWith = "starts_with"
  case endsWith = "ends_with"
}
