import C360Diagnostics
import C360Syntax

extension Checker {
  func literal(_ syntax: LiteralSyntax, _ scope: Scope) -> Expression? {
    guard let token = syntax.token else { return nil }
    guard let (value, type) = value(of: token, scope.environment.clock) else {
      if token.kind == .integer, LiteralValue.integer("-" + token.text) != nil {
        report(LiteralValue.withoutItsSign(token.span))
      }
      return nil
    }
    return .literal(value, type, span: token.span)
  }

  /// `-9_223_372_036_854_775_808`: the least integer, whose digits alone are none.
  func leastInteger(_ syntax: UnarySyntax) -> Expression? {
    guard syntax.operator?.text == "-", case .literal(let literal) = syntax.operand,
      let token = literal.token, token.kind == .integer, LiteralValue.integer(token.text) == nil
    else { return nil }
    return LiteralValue.integer("-" + token.text).map {
      .literal(.int($0), .int, span: syntax.span)
    }
  }

  /// nil when the number does not fit, which the lexer has reported.
  private func value(of token: SyntaxToken, _ clock: LocalClock) -> (Value, Type)? {
    let text = token.text
    switch token.kind {
    case .integer: return LiteralValue.integer(text).map { (.int($0), .int) }
    case .decimal: return LiteralValue.decimal(text).map { (.float($0), .float) }
    case .percent: return LiteralValue.percent(text).map { (.float($0), .float) }
    case .text: return (.text(token.textValue), .text)
    case .time: return clock.instant(text).map { (.time($0), .time) }
    case .duration: return LiteralValue.microseconds(text).map { (.duration($0), .duration) }
    case .calendarSpan: return Self.calendarSpan(text).map { (.calendarSpan($0), .calendarSpan) }
    case .reservedWord:
      switch text {
      case "true": return (.bool(true), .bool)
      case "false": return (.bool(false), .bool)
      case "null": return (.null, Type(.null, optional: true))
      default: return nil
      }
    default: return nil
    }
  }

  /// `3mo`, `1q`, `2y`
  static func calendarSpan(_ text: String) -> CalendarSpan? {
    let digits = text.prefix { $0.isNumber || $0 == "_" }
    guard let count = LiteralValue.integer(String(digits)).flatMap(Int.init(exactly:)) else {
      return nil
    }
    switch text.dropFirst(digits.count) {
    case "mo": return CalendarSpan(count, .month)
    case "q": return CalendarSpan(count, .quarter)
    case "y": return CalendarSpan(count, .year)
    default: return nil
    }
  }

  func money(_ syntax: MoneySyntax) -> Expression? {
    guard let number = syntax.number, let currency = syntax.currency else { return nil }
    let amount =
      number.kind == .percent
      ? LiteralValue.percent(number.text) : LiteralValue.decimal(number.text)
    return amount.map { .literal(.float($0), .money(currency.text), span: syntax.span) }
  }
}
