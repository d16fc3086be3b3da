import C360Diagnostics
import C360Syntax

extension Checker {
  static let typeNames = [
    "bool", "int", "float", "text", "time", "date", "duration", "money", "vector", "list",
  ]
  static let laterTypeNames: Set<String> = ["id"]
  /// Elements that a vector may have.
  static let vectorWidths = 1...65536

  /// The type that is written; nil when there is none of that name.
  func type(_ syntax: TypeSyntax) -> Type? {
    guard let token = syntax.name else { return nil }
    if token.text == "list" {
      return listElement(syntax).map { Type(.list($0), optional: syntax.isOptional) }
    }
    guard let base = base(named: token.text, argument: syntax.argument, syntax.span) else {
      return nil
    }
    return Type(base, optional: syntax.isOptional)
  }

  /// The type between the parentheses of `list(…)`.
  private func listElement(_ syntax: TypeSyntax) -> Type.Base? {
    guard let argument = syntax.argument,
      let element = Self.plainType(argument.text)
    else {
      report(SemanticError.badListType(syntax.span))
      return nil
    }
    return element
  }

  private static func plainType(_ name: String) -> Type.Base? {
    switch name {
    case "bool": .bool
    case "int": .int
    case "float": .float(.none)
    case "text": .text
    case "time": .time
    case "date": .date
    case "duration": .duration
    default: nil
    }
  }

  private func base(
    named name: String, argument: SyntaxToken?, _ span: Span
  ) -> Type.Base? {
    if name == "money" {
      guard let argument, Self.isCurrency(argument.text) else {
        report(SemanticError.moneyWithoutCurrency(span))
        return nil
      }
      return .float(Unit(argument.text))
    }
    if Self.laterTypeNames.contains(name) {
      report(SemanticError.notInThisVersion(span, "the type `\(name)`"))
      return nil
    }
    if name == "vector" {
      guard let width = argument.flatMap({ LiteralValue.integer($0.text) }).map({ Int($0) }),
        Self.vectorWidths.contains(width)
      else {
        report(SemanticError.badVectorType(span))
        return nil
      }
      return .vector(width)
    }
    let base = Self.plainType(name)
    if base == nil || argument != nil {
      report(SemanticError.unknownType(span, span.text, known: Self.typeNames))
      return nil
    }
    return base
  }

  static func isCurrency(_ text: String) -> Bool {
    text.utf8.count == 3 && text.utf8.allSatisfy { $0 >= 0x41 && $0 <= 0x5A }
  }
}
