import C360Semantics

/// Says of a query that no mask was asked for where one could change what is seen (language.md §4.6).
enum Unmasked {
  static func notes(of query: Query, in program: Program) -> [Response.Part] {
    guard isUnmasked(query, program) else { return [] }
    let masks = program.masks.filter { !$0.hides.isEmpty }.map { "`under \($0.name)`" }
    return [
      .note(
        masks.isEmpty
          ? "unmasked; no mask that hides anything is declared"
          : "unmasked; \(masks.joined(separator: " or ")) behind the source shows what a mask leaves"
      )
    ]
  }

  /// Whether rows of it, or of what it joins, are seen without a mask and could be seen with one.
  private static func isUnmasked(_ query: Query, _ program: Program) -> Bool {
    if query.mask == nil, query.unmaskedBecause == nil {
      switch query.source {
      case .exposure:
        if hasSomethingToHide(program) { return true }
      case .table(let id):
        if isHidden(program[id].name, program) { return true }
      case .policy, .candidates, .composition: break
      }
    }
    return query.stages.contains { stage in
      if case .join(let join) = stage { isUnmasked(join.right, program) } else { false }
    }
  }

  /// Masks that hide, columns that are sensitive, a ledger of consents.
  private static func hasSomethingToHide(_ program: Program) -> Bool {
    program.masks.contains { !$0.hides.isEmpty }
      || program.tables.contains { table in
        if case .consents = table.kind { return true }
        return table.columns.contains { !$0.labels.isEmpty }
      }
  }

  private static func isHidden(_ table: String, _ program: Program) -> Bool {
    program.masks.contains { mask in
      mask.hides.contains { hide in
        hide.words == table || hide.words.hasPrefix(table + " ")
          || hide.words.hasPrefix(table + ".")
      }
    }
  }
}
