/// The functions of the language that are computed row by row, operators included. Names as called;
/// the ones in words of symbols are reached through operators only.
///
/// Unless said otherwise a null argument gives null and arguments have one of the listed types.
public enum Builtin: String, Sendable, CaseIterable {
  // Operators
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
  /// Remainder with the sign of the divisor; int (divisor 0 is an error) or float.
  case modulo = "mod"
  /// bool int float text time date duration. Floats follow IEEE; texts compare by bytes.
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  // Numbers
  case abs, sqrt, exp, ln, log2, log10, floor, ceil, round, sign, sigmoid, logit, tanh
  case isNaN = "is_nan"
  /// Any number of arguments ≥ 2 of one ordered type; null arguments are skipped, all null is null.
  case least, greatest
  /// clamp(x, low, high)
  case clamp
  // Conversions
  /// int widened; never written.
  case toFloat = "widen"
  /// int(float) truncates, out of range or NaN is an error; int(bool); int(text) is an error on bad text.
  case int
  /// float(int), float(bool), float(money) drops the unit, float(text) is an error on bad text.
  case float
  /// Of any type: shortest round-trip numbers, ISO times in UTC.
  case text
  // Durations as floats
  case seconds, minutes, hours, days, weeks
  // Calendar, in the program's time zone for times
  /// time → date
  case date
  /// date → time: local start of day
  case startOfDay = "start_of_day"
  case year, quarter, month, day, weekday, hour, minute
  // Texts
  case lower, upper, length, trim, contains
  case startsWith = "starts_with"
  case endsWith = "ends_with"
}
