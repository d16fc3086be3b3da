import C360Diagnostics
import C360Syntax

/// A column as written: its contract and its roles.
struct WrittenColumn {
  let name: String
  let type: Type
  let column: Column
  let roles: [String: RoleSyntax]
  let span: Span
}

extension Checker {
  /// The columns of a table or exposure; nil when one has an error that makes the table unusable.
  func columns(
    _ items: [TableItemSyntax], roles known: [String], of noun: String,
    _ environment: Environment
  ) -> [WrittenColumn]? {
    var columns: [WrittenColumn] = []
    var seen: [String: Span] = [:]
    var isComplete = true
    for case .column(let syntax) in items {
      guard let token = syntax.name, let written = syntax.type else { continue }
      let name = token.identifierText
      if let first = seen[name] {
        report(SemanticError.duplicateItem(token.span, name, noun: "column", first: first))
        continue
      }
      seen[name] = token.span
      guard let type = type(written) else {
        isComplete = false
        continue
      }
      guard let column = column(syntax, name, type, known: known, noun, environment) else {
        isComplete = false
        continue
      }
      columns.append(column)
    }
    return isComplete ? columns : nil
  }

  private func column(
    _ syntax: ColumnSyntax, _ name: String, _ type: Type, known: [String], _ noun: String,
    _ environment: Environment
  ) -> WrittenColumn? {
    var roles: [String: RoleSyntax] = [:]
    var labels: Set<String> = []
    var nan = NaNRule.reject
    var bareDate = BareDateRule.endOfDay
    for role in syntax.roles {
      guard let token = role.token else { continue }
      let word = String(token.text.dropFirst())
      switch word {
      case "sensitive":
        guard let label = role.argument?.text else {
          report(SemanticError.roleArgument(role.span, "@sensitive(label)"))
          return nil
        }
        labels.insert(label)
        continue
      case "nan":
        guard let rule = Self.nanRule(role.argument?.text),
          type.base.unit != nil || type.base.isVector
        else {
          report(SemanticError.roleArgument(role.span, "@nan(null) or @nan(keep) on a float"))
          return nil
        }
        if rule == .null, !type.isOptional, syntax.defaultValue == nil {
          report(SemanticError.roleArgument(role.span, "@nan(null) on a `\(type.optional)`"))
          return nil
        }
        nan = rule
        continue
      case "position":
        report(SemanticError.notInThisVersion(role.span, "the role `@\(word)`"))
        return nil
      default: break
      }
      guard known.contains(word) else {
        report(SemanticError.unknownRole(role.span, word, of: noun, known: known))
        return nil
      }
      if let first = roles[word] {
        report(SemanticError.duplicateItem(role.span, "@\(word)", noun: "role", first: first.span))
        return nil
      }
      if word == "time", let argument = role.argument {
        guard argument.text == "start_of_day" || argument.text == "end_of_day" else {
          report(SemanticError.roleArgument(role.span, "@time(start_of_day) or @time(end_of_day)"))
          return nil
        }
        bareDate = argument.text == "start_of_day" ? .startOfDay : .endOfDay
      }
      roles[word] = role
    }
    if let weight = roles["weight"], nan != .reject {
      report(SemanticError.weightOfNaN(weight.span))
      return nil
    }
    guard let standard = defaultValue(syntax, type, environment) else { return nil }
    let column = Column(
      name: name, type: type, defaultValue: standard.value, labels: labels.sorted(), nan: nan,
      bareDate: bareDate, span: syntax.name?.span ?? syntax.span)
    return WrittenColumn(
      name: name, type: type, column: column, roles: roles, span: syntax.name?.span ?? syntax.span)
  }

  private static func nanRule(_ word: String?) -> NaNRule? {
    switch word {
    case "null": .null
    case "keep": .keep
    default: nil
    }
  }

  /// The default of a column; nil when it has an error.
  private func defaultValue(
    _ syntax: ColumnSyntax, _ type: Type, _ environment: Environment
  ) -> (value: Value?, Void)? {
    guard let written = syntax.defaultValue else { return (nil, ()) }
    let scope = Scope(.constant, for: Scope.Use(.constant, "a default"), in: environment)
    guard let typed = expression(written, scope),
      let fitted = coerce(
        typed, to: type.nonOptional,
        because: LabeledSpan(syntax.type?.span ?? syntax.span, "the column has this type"))
    else { return nil }
    guard let value = constant(fitted) else {
      report(SemanticError.notConstant(written.span, "a default"))
      return nil
    }
    return (value, ())
  }

  // MARK: Roles

  /// Position of the column of a role; complains when two columns have it or its type is wrong.
  func position(
    of role: String, in columns: [WrittenColumn], types: [Type.Base]? = nil,
    allowsNull: Bool = false, isComplete: inout Bool
  ) -> Int? {
    let found = columns.indices.filter { columns[$0].roles[role] != nil }
    guard let first = found.first else { return nil }
    if found.count > 1 {
      report(
        SemanticError.duplicateItem(
          columns[found[1]].span, "@\(role)", noun: "role", first: columns[first].span))
      isComplete = false
    }
    let column = columns[first]
    let isTyped = types.map { $0.contains(column.type.base) } ?? true
    if !isTyped || (column.type.isOptional && !allowsNull) {
      report(
        SemanticError.roleType(
          column.span, role, found: column.type, wanted: types ?? [], allowsNull: allowsNull))
      isComplete = false
    }
    return first
  }

  /// As `position`, but the role must be there.
  func required(
    _ role: String, in columns: [WrittenColumn], types: [Type.Base]? = nil, of noun: String,
    at span: Span, example: String, isComplete: inout Bool
  ) -> Int {
    if let found = position(of: role, in: columns, types: types, isComplete: &isComplete) {
      return found
    }
    report(SemanticError.missingRole(span, role, of: noun, example: example))
    isComplete = false
    return 0
  }

  /// All tables of an entity have keys of one type.
  func noteKey(_ type: Type, of entity: String, at span: Span) {
    guard let first = entityKeys[entity] else {
      entityKeys[entity] = (type, span)
      return
    }
    if first.type != type {
      report(
        SemanticError.keyTypes(
          span, type, entity: entity, first: LabeledSpan(first.span, "`\(first.type)` here")))
    }
  }

  /// The entity that is named, when there is one.
  func entity(_ name: NameSyntax?) -> String? {
    guard let name else { return nil }
    let written = name.dotted
    if program.entities.contains(written) { return written }
    report(SemanticError.unknownEntity(name.span, written, known: program.entities))
    return nil
  }

  func dataSource(
    _ token: SyntaxToken, format: FormatSyntax?, _ environment: Environment
  ) -> DataSource? {
    var options: [String: Value] = [:]
    for argument in format?.arguments ?? [] {
      guard let label = argument.label, let value = argument.value else {
        report(SemanticError.formatOption(argument.span))
        return nil
      }
      let scope = Scope(.constant, for: Scope.Use(.constant, "an option"), in: environment)
      guard let (constant, _) = constantValue(value, scope, "an option of a format") else {
        return nil
      }
      options[label.text] = constant
    }
    return DataSource(
      path: token.textValue, directory: environment.module.directory,
      format: format?.name?.text, options: options, span: token.span)
  }
}
