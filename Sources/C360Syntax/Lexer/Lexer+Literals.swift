import C360Diagnostics

/// Numbers, durations, times, roles and texts.
extension Lexer {
  // MARK: Numbers

  mutating func lexNumber() -> TokenKind {
    let start = position
    var isDecimal = false
    skipDigits()
    if byte(0) == UInt8(ascii: "."), isDigit(byte(1)) {
      isDecimal = true
      position += 1
      skipDigits()
    }
    let mark = byte(0) | 0x20
    let sign = byte(1) == UInt8(ascii: "-") || byte(1) == UInt8(ascii: "+")
    if mark == UInt8(ascii: "e"), isDigit(byte(1)) || (sign && isDigit(byte(2))) {
      isDecimal = true
      position += sign ? 2 : 1
      skipDigits()
    }
    let digitsEnd = position
    while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
    let number = source.text(start..<digitsEnd)
    if number.hasSuffix("_") || number.contains("__") || number.contains("_.") {
      report(
        SyntaxError.badNumber(
          span(start..<digitsEnd), "`_` stands between two digits of a number"))
    }
    if position > digitsEnd {
      return lexSuffix(number, start: start, suffixStart: digitsEnd, isDecimal: isDecimal)
    }
    if byte(0) == UInt8(ascii: "%") {
      position += 1
      if LiteralValue.percent(source.text(start..<position)) == nil {
        reportTooLarge(start, "about 1.8e308")
      }
      return .percent
    }
    if isDecimal {
      if LiteralValue.decimal(number) == nil { reportTooLarge(start, "about 1.8e308") }
      return .decimal
    }
    if !LiteralValue.isWithinMagnitude(number) { reportTooLarge(start, LiteralValue.largest) }
    return .integer
  }

  private mutating func reportTooLarge(_ start: Int, _ limit: String) {
    report(SyntaxError.numberTooLarge(span(start..<position), limit: limit))
  }

  private mutating func skipDigits() {
    while position < bytes.count, isDigit(bytes[position]) || bytes[position] == UInt8(ascii: "_") {
      position += 1
    }
  }

  /// Letters that follow a number directly: the unit of a duration or a calendar span.
  private mutating func lexSuffix(
    _ number: String, start: Int, suffixStart: Int, isDecimal: Bool
  ) -> TokenKind {
    let suffix = source.text(suffixStart..<position)
    let at = span(start..<position)
    let isSpan = LiteralValue.monthsPerUnit[suffix] != nil
    guard isSpan || LiteralValue.microsecondsPerUnit[suffix] != nil else {
      reportUnknownSuffix(at, number, suffix)
      return isDecimal ? .decimal : .integer
    }
    if isDecimal {
      report(
        SyntaxError.badNumber(
          at, "the number of a duration is whole", help: ["write it in a smaller unit: `90m`"]))
    } else if (isSpan ? LiteralValue.months(at.text) : LiteralValue.microseconds(at.text)) == nil {
      reportTooLarge(start, isSpan ? "2^63 − 1 months" : "2^63 − 1 microseconds")
    }
    return isSpan ? .calendarSpan : .duration
  }

  private mutating func reportUnknownSuffix(_ at: Span, _ number: String, _ suffix: String) {
    let isCurrency =
      suffix.utf8.count == 3 && suffix.utf8.allSatisfy { $0 >= 0x41 && $0 <= 0x5A }
    if isCurrency {
      report(
        SyntaxError.badNumber(
          at, "a space stands between an amount and its currency",
          help: ["write `\(number) \(suffix)`"], replacement: "\(number) \(suffix)"))
      return
    }
    let unit = LiteralValue.foreignUnits[suffix.lowercased()]
    report(
      SyntaxError.badNumber(
        at, "`\(suffix)` is no unit of time",
        help: unit.map { ["write `\(number)\($0)`"] }
          ?? ["durations end in `ms s m h d w`, calendar spans in `mo q y`"],
        replacement: unit.map { "\(number)\($0)" }))
  }

  // MARK: Times and roles

  /// `@2026-03-01…` or `@key`.
  mutating func lexAt() -> TokenKind {
    let start = position
    position += 1
    if isNameStart(byte(0)) {
      while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
      return .role
    }
    guard isDigit(byte(0)) else {
      report(
        SyntaxError.strayCharacter(
          span(start..<position), "`@`", help: ["roles are `@key`, times are `@2026-03-01`"]))
      return .invalid
    }
    skipTime()
    let at = span(start..<position)
    if let problem = LiteralValue.timeProblem(at.text) {
      report(SyntaxError.badTime(at, problem))
    }
    return .time
  }

  /// Takes what looks like a time: a date, then perhaps `T`, a time of day and an offset. A sign
  /// behind a date alone is an operator, two dots are a range.
  private mutating func skipTime() {
    skipTimePart(separators: [UInt8(ascii: "-")], most: 2)
    guard byte(0) | 0x20 == UInt8(ascii: "t") else { return skipLetters() }
    position += 1
    skipTimePart(separators: [UInt8(ascii: ":"), UInt8(ascii: ".")])
    if byte(0) == UInt8(ascii: "+") || byte(0) == UInt8(ascii: "-"), isDigit(byte(1)),
      isDigit(byte(2)), byte(3) == UInt8(ascii: ":")
    {
      position += 1
      skipTimePart(separators: [UInt8(ascii: ":")])
    }
    skipLetters()
  }

  private mutating func skipTimePart(separators: [UInt8], most: Int = .max) {
    var count = 0
    while true {
      if separators.contains(byte(0)), isDigit(byte(1)), count < most {
        count += 1
      } else if !isDigit(byte(0)) {
        return
      }
      position += 1
    }
  }

  private mutating func skipLetters() {
    while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
  }

  // MARK: Texts

  mutating func lexText() -> TokenKind {
    let quote = UInt8(ascii: "\"")
    if byte(1) == quote, byte(2) == quote { return lexTextBlock() }
    let start = position
    position += 1
    while position < bytes.count, bytes[position] != 0x0A {
      switch bytes[position] {
      case quote:
        position += 1
        return .text
      case UInt8(ascii: "\\"): skipEscape()
      default: position += 1
      }
    }
    while position > start + 1, bytes[position - 1] == 0x0D { position -= 1 }
    report(SyntaxError.unclosedText(span(start..<position), isBlock: false))
    return .invalid
  }

  private mutating func lexTextBlock() -> TokenKind {
    let quote = UInt8(ascii: "\"")
    let start = position
    position += 3
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\\") {
        skipEscape()
      } else if bytes[position] == quote, byte(1) == quote, byte(2) == quote {
        position += 3
        return .text
      } else {
        position += 1
      }
    }
    report(SyntaxError.unclosedText(span(start..<start + 3), isBlock: true))
    return .invalid
  }

  /// Takes the escape at `position`, reporting it when it is none.
  private mutating func skipEscape() {
    let start = position
    position += 1
    switch byte(0) {
    case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "\""),
      UInt8(ascii: "\\"):
      position += 1
      return
    case UInt8(ascii: "u") where byte(1) == UInt8(ascii: "{"):
      var end = position + 2
      while end < bytes.count, end < position + 9, isNamePart(bytes[end]) { end += 1 }
      let digits = source.text(position + 2..<end)
      if end < bytes.count, bytes[end] == UInt8(ascii: "}"), (1...6).contains(digits.utf8.count),
        let value = UInt32(digits, radix: 16), Unicode.Scalar(value) != nil
      {
        position = end + 1
        return
      }
    default: break
    }
    guard position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D else { return }
    position += decode(at: position)?.length ?? 1
    let at = span(start..<position)
    report(SyntaxError.badEscape(at, at.text))
  }

  /// Text between single quotes, as other languages write it.
  mutating func lexSingleQuoted() -> TokenKind {
    let start = position
    position += 1
    while position < bytes.count, bytes[position] != 0x0A, bytes[position] != UInt8(ascii: "'") {
      position += 1
    }
    if byte(0) == UInt8(ascii: "'") { position += 1 }
    report(
      SyntaxError.foreignForm(
        span(start..<position), "a text stands between double quotes",
        help: "write `\"…\"` in place of `'…'`"))
    return .text
  }
}
