import C360Semantics
import C360Syntax

/// Words about the declarations of a session.
struct Describing {
  let program: Program
  let document: Document

  init(_ program: Program, _ document: Document) {
    self.program = program
    self.document = document
  }

  /// `feature spend_90d: money(EUR)?`
  func headline(of declared: Declared) -> String {
    guard let name = declared.name else { return declared.keyword }
    switch declared.keyword {
    case _ where declared.isTable:
      guard let table = program.tables.first(where: { $0.name == name }) else { break }
      return
        "\(keyword(of: table)) \(name): \(count(table.columns.count, "column")) from \"\(table.source.path)\""
    case "exposure":
      guard let exposure = program.exposures.first(where: { $0.name == name }) else { break }
      return "exposure \(name) of \(exposure.entity): \(count(exposure.columns.count, "column"))"
        + (exposure.outcomes.isEmpty ? "" : ", \(count(exposure.outcomes.count, "outcome"))")
    case "feature":
      guard let feature = program.features.first(where: { $0.name == name }) else { break }
      return "feature \(name): \(feature.expression.type)"
        + (feature.actions.map { " for \(program[$0].name)" } ?? "")
    case "score":
      guard let score = program.scores.first(where: { $0.name == name }) else { break }
      return "score \(name): \(score.expression.type)"
        + (score.actions.map { " for \(program[$0].name)" } ?? "")
    case "param":
      guard let parameter = program.parameters.first(where: { $0.name == name }) else { break }
      return "param \(name): \(parameter.type)"
    case "policy":
      guard let policy = program.policies.first(where: { $0.name == name }) else { break }
      return
        "policy \(name) for \(program[policy.actions].name) at \(program[policy.exposure].name)"
    default: break
    }
    return declared.title
  }

  /// `2 tables, 1 exposure, 1 policy`
  var inventory: String {
    let kinds: [(String, String, Int)] = [
      ("table", "tables", program.tables.count), ("exposure", "exposures", program.exposures.count),
      ("feature", "features", named("feature").count), ("score", "scores", named("score").count),
      ("mask", "masks", program.masks.count),
      ("policy", "policies", program.policies.count),
      ("composition", "compositions", program.compositions.count),
      ("view", "views", named("view").count),
    ]
    let words = kinds.filter { $0.2 > 0 }.map { "\($2) \($2 == 1 ? $0 : $1)" }
    return words.isEmpty ? "no declarations" : words.joined(separator: ", ")
  }

  private func named(_ keyword: String) -> [Declared] {
    document.declarations.filter { $0.keyword == keyword }
  }

  /// Tables, exposures, policies and views, one a line: what it is, its name, what there is to know.
  var sources: [[String]] {
    var lines: [[String]] = program.tables.map { table in
      [
        table.name, keyword(of: table), count(table.columns.count, "column"),
        "from \"\(table.source.path)\"",
      ]
    }
    lines += program.exposures.map { exposure in
      let outcomes = exposure.outcomes.map(\.name)
      return [
        exposure.name, "exposure", count(exposure.columns.count, "column"),
        "of \(exposure.entity)"
          + (outcomes.isEmpty ? "" : ", outcomes \(outcomes.joined(separator: ", "))"),
      ]
    }
    lines += program.policies.map { policy in
      [
        policy.name, "policy", "",
        "for \(program[policy.actions].name) at \(program[policy.exposure].name)"
          + (policy.mask.map { " under \(program[$0].name)" } ?? ""),
      ]
    }
    lines += program.compositions.map {
      [$0.name, "composition", "", "at \(program[$0.exposure].name)"]
    }
    lines += named("view").compactMap { view in view.name.map { [$0, "view", "", ""] } }
    return lines
  }

  /// Columns of a table or exposure: name, type, role.
  func columns(of declared: Declared) -> [[String]]? {
    let name = declared.name
    if declared.isTable, let table = program.tables.first(where: { $0.name == name }) {
      let roles = self.roles(of: table)
      return table.columns.enumerated().map { index, column in
        [
          column.name, "\(column.type)",
          ([roles[index]].compactMap { $0 } + labels(column)).joined(separator: ", "),
        ]
      }
    }
    guard declared.keyword == "exposure",
      let exposure = program.exposures.first(where: { $0.name == name })
    else { return nil }
    var lines = exposure.columns.enumerated().map { index, column in
      let role = index == exposure.key ? "key" : index == exposure.time ? "time" : nil
      return [
        column.name, "\(column.type)",
        ([role].compactMap { $0 } + labels(column)).joined(separator: ", "),
      ]
    }
    lines += exposure.outcomes.map { [$0.name, "\($0.expression.type)", "outcome"] }
    return lines
  }

  private func labels(_ column: Column) -> [String] { column.labels.map { "sensitive(\($0))" } }

  private func roles(of table: Table) -> [Int: String] {
    var roles: [Int: String] = [:]
    func add(_ position: Int?, _ role: String) { if let position { roles[position] = role } }
    switch table.kind {
    case .events(let found):
      add(found.known, "known")
      add(found.sequence, "sequence")
      add(found.id, "id")
      add(found.retracted, "retracted")
      add(found.time, "time")
      add(found.key, "key")
    case .profile(let found):
      add(found.known, "known")
      add(found.until, "until")
      add(found.from, "from")
      add(found.key, "key")
    case .consents(let found):
      add(found.purpose, "purpose")
      add(found.from, "from")
      add(found.until, "until")
      add(found.key, "key")
    case .actions(let found): add(found.key, "key")
    case .limits(let found):
      for key in found.keys { add(key, "key") }
    case .identity(let found):
      add(found.known, "known")
      add(found.entity, "entity")
      add(found.identifier, "identifier")
    }
    return roles
  }

  private func keyword(of table: Table) -> String {
    switch table.kind {
    case .events: "events"
    case .profile: "profile"
    case .consents: "consents"
    case .actions: "actions"
    case .limits: "limits"
    case .identity: "identity"
    }
  }

  private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
