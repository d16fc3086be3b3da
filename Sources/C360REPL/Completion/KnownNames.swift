import C360Syntax

/// The names of a session by what they are, from its text alone: known even where it has errors.
struct KnownNames: Sendable {
  /// Keyword of the declaration → names.
  private(set) var byKeyword: [String: [String]] = [:]
  /// Table or exposure → columns with their types as written.
  private(set) var columns: [String: [(name: String, type: String)]] = [:]
  private(set) var outcomes: [String] = []

  init(_ document: Document) {
    let tree = parse(document.composite().source)
    for declaration in tree.root.declarations {
      let keyword = declaration.node.firstToken?.text ?? ""
      guard let name = Self.name(of: declaration) else { continue }
      byKeyword[keyword, default: []].append(name)
      switch declaration {
      case .table(let table): note(table.items, of: name)
      case .exposure(let exposure): note(exposure.items, of: name)
      default: break
      }
    }
  }

  private static func name(of declaration: DeclarationSyntax) -> String? {
    if case .apply(let apply) = declaration { return apply.alias?.identifierText }
    return declaration.node.token(.name)?.identifierText
  }

  private mutating func note(_ items: [TableItemSyntax], of table: String) {
    for item in items {
      switch item {
      case .column(let column):
        guard let name = column.name else { continue }
        columns[table, default: []].append((name.identifierText, column.type?.span.text ?? ""))
      case .outcome(let outcome):
        if let name = outcome.name { outcomes.append(name.identifierText) }
      default: break
      }
    }
  }

  func names(_ keywords: String...) -> [String] { keywords.flatMap { byKeyword[$0] ?? [] } }

  func isDeclared(_ name: String) -> Bool { byKeyword.values.contains { $0.contains(name) } }

  var tables: [String] { names("events", "profile", "consents", "actions", "identity") }
  /// What a decision is made by.
  var deciders: [String] { names("policy", "experiment", "arbitrate") }
  var sources: [String] {
    tables + names("exposure") + deciders + names("view")
  }
}
