import C360Engine

/// The lines at the end of a run.
struct RunSummary {
  let report: RunReport

  init(_ report: RunReport) { self.report = report }

  var text: String {
    var lines: [String] = []
    for table in report.tables { lines.append(row(table.name, read(table))) }
    for exposure in report.exposures { lines.append(row(exposure.name, moments(exposure))) }
    for decisions in report.decisions where decisions.isAsked { lines += self.decisions(decisions) }
    for composition in report.compositions { lines += self.composition(composition) }
    for member in report.decisions where !member.isAsked {
      lines += StabilityRecord(member.shifts).lines.map { row("", "\(member.name), \($0)") }
    }
    for (name, count) in sorted(report.counts.nullConditions) where count > 0 {
      lines.append(row("where", "\(number(count)) rows left out of \(name), the condition is null"))
    }
    for output in report.outputs {
      lines.append(row("wrote", "\(displayPath(output.path))  \(rows(output.rows))"))
      let hidden = output.hidden.filter { $0.rows > 0 || $0.events ?? 0 > 0 }.map { hidden in
        "\(hidden.target) in \(number(hidden.rows))"
          + (hidden.events.map { " and \(number($0)) events" } ?? "")
      }
      let outcomes = output.hiddenOutcomes.filter { $0.rows > 0 }
        .map { "outcome \($0.outcome) in \(number($0.rows))" }
      if !(hidden + outcomes).isEmpty {
        lines.append(row("", "hidden: \((hidden + outcomes).joined(separator: ", "))"))
      }
    }
    if let manifest = report.manifestPath { lines.append(row("wrote", displayPath(manifest))) }
    lines.append(row("done", "in \(ValueText.elapsed(report.elapsed))"))
    return lines.joined(separator: "\n") + "\n"
  }

  private func read(_ table: TableReading) -> String {
    var parts = ["\(rows(table.rows)) read"]
    if table.droppedAsOf > 0 { parts.append("\(number(table.droppedAsOf)) not yet known") }
    if let count = report.counts.neverKnown[table.name], count > 0 {
      parts.append("\(number(count)) never known")
    }
    if let found = report.counts.findings[table.name], found.late.total > 0, table.rows > 0 {
      let share = ValueText.fixed(100 * Double(found.late.total) / Double(table.rows), 0)
      parts.append("\(share) % late, by \(ValueText.duration(found.worstDelay)) at most")
    }
    if let count = report.counts.superseded[table.name], count > 0 {
      parts.append("\(number(count)) superseded")
    }
    if let count = report.counts.retracted[table.name], count > 0 {
      parts.append("\(number(count)) retracted")
    }
    if let count = report.counts.duplicates[table.name], count > 0 {
      parts.append("\(number(count)) exact \(count == 1 ? "copy" : "copies")")
    }
    if let count = report.counts.unusedEvents[table.name], count > 0 {
      parts.append("\(number(count)) of entities nobody asks about")
    }
    if let count = report.counts.unlinked[table.name], count > 0 {
      parts.append("\(number(count)) of identifiers that belong to nobody")
    }
    if let count = report.counts.unresolved[table.name], count > 0 {
      parts.append("\(number(count)) identifiers below the threshold")
    }
    if let links = report.counts.links[table.name] { parts += findings(links) }
    if let count = report.counts.reversedVersions[table.name], count > 0 {
      parts.append("\(number(count)) ended before begun")
    }
    if let count = report.counts.tiedExposures[table.name], count > 0 {
      parts.append("\(number(count)) \(count == 1 ? "exposure" : "exposures") tied with an event")
    }
    if let count = report.counts.resolvedTies[table.name], count > 0 {
      parts.append("\(number(count)) \(count == 1 ? "answer hangs" : "answers hang") on a tie")
    }
    if let grants = report.counts.overlappingGrants[table.name] {
      let count = grants.values.reduce(0, +)
      parts.append("\(number(count)) \(count == 1 ? "grant" : "grants") while one was held")
    }
    if let rows = report.counts.reversedConsents[table.name] {
      parts.append("\(number(rows.values.reduce(0, +))) withdrawn before granted")
    }
    return parts.joined(separator: ", ")
  }

  private func findings(_ links: LinkFindings) -> [String] {
    func identifiers(_ count: Int) -> String {
      "\(number(count)) \(count == 1 ? "identifier" : "identifiers")"
    }
    var parts: [String] = []
    if links.contradicted > 0 {
      parts.append("\(number(links.contradicted)) contradicted at the same moment")
    }
    if links.tied > 0 { parts.append("\(identifiers(links.tied)) of equally probable links") }
    if links.excessive > 0 {
      parts.append("\(identifiers(links.excessive)) of probabilities above 1 together")
    }
    return parts
  }

  private func moments(_ exposure: RunReport.Exposure) -> String {
    var parts = [rows(exposure.rows)]
    if let kept = exposure.kept { parts.append("\(number(kept)) kept") }
    parts += exposure.censored.map { "\($0.outcome) censored in \(number($0.rows))" }
    return parts.joined(separator: ", ")
  }

  private func decisions(_ decided: RunReport.Decisions) -> [String] {
    decisions(decided.name, decided.counts, decided.terms, decided.units)
      + StabilityRecord(decided.shifts).lines.map { row("", $0) }
  }

  private func composition(_ composed: RunReport.Composition) -> [String] {
    var lines = decisions(composed.name, composed.counts, composed.terms, composed.units)
    for (index, node) in composed.nodes.enumerated() {
      lines.append(row("", (index == 0 ? "" : "in \(node.name), ") + acted(in: node)))
    }
    for member in report.decisions
    where member.within == composed.composition && member.exposure == composed.exposure {
      guard let allocation = member.counts.allocation else { continue }
      let bounds = AllocationText(allocation, member.units).lines
      lines += bounds.map { row("", "\(member.policy), \($0)") }
    }
    return lines
  }

  /// Who acted how often; of an experiment the shares found beside those wanted.
  private func acted(in node: RunReport.Composition.Node) -> String {
    guard node.outside != nil || node.acted.contains(where: { $0.share != nil }) else {
      return "acted: " + node.acted.map { "\($0.name) \(number($0.rows))" }.joined(separator: ", ")
    }
    let whole = node.acted.reduce(0) { $0 + $1.rows }
    let shares = node.acted.reduce(0) { $0 + ($1.share ?? 0) }
    func percent(_ share: Double) -> String { "\(ValueText.fixed(100 * share, 1)) %" }
    let arms = node.acted.map { arm in
      let found = whole > 0 ? percent(Double(arm.rows) / Double(whole)) : "no share"
      let wanted = shares > 0 ? percent((arm.share ?? 0) / shares) : "none"
      return "\(arm.name) \(number(arm.rows)) (\(found), wanted \(wanted))"
    }
    let outside = node.outside.map { "; outside \(number($0))" } ?? ""
    return "arms: " + arms.joined(separator: ", ") + outside
  }

  private func decisions(
    _ name: String, _ counts: DecisionCounts, _ terms: [(name: String, total: Double)],
    _ units: AllocationUnits? = nil
  ) -> [String] {
    let actions = counts.actions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    var parts = actions.prefix(8).map { "\($0.key) \(number($0.value))" }
    if actions.count > 8 { parts.append("\(actions.count - 8) more") }
    var lines = [
      row(
        name,
        "\(number(counts.rows)) \(counts.rows == 1 ? "decision" : "decisions")"
          + (counts.positions.map { ", \(number($0)) \($0 == 1 ? "position" : "positions")" } ?? "")
          + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))")),
      row("", "\(number(counts.fallbacks)) by fallback"),
    ]
    let forbidden = counts.forbidden.filter { $0.value > 0 }.sorted {
      ($1.value, $0.key) < ($0.value, $1.key)
    }
    if !forbidden.isEmpty {
      let list = forbidden.map { "\($0.key) \(number($0.value))" }.joined(separator: ", ")
      lines.append(row("", "pairs forbidden: \(list)"))
    }
    if !terms.isEmpty {
      let whole = terms.reduce(0) { $0 + abs($1.total) }
      let list = terms.map { term in
        let share =
          whole > 0 && whole.isFinite
          ? " (\(ValueText.fixed(100 * abs(term.total) / whole, 0)) %)" : ""
        return "\(term.name) \(ValueText.fixed(term.total, 2))\(share)"
      }.joined(separator: ", ")
      lines.append(row("", "objective: \(list)"))
    }
    if let allocation = counts.allocation {
      lines += AllocationText(allocation, units).lines.map { row("", $0) }
    }
    return lines
  }

  private func sorted(_ counts: [String: Int]) -> [(key: String, value: Int)] {
    counts.sorted { $0.key < $1.key }
  }

  /// A name in a column of its own.
  private func row(_ name: String, _ words: String) -> String {
    let width = max(8, names.reduce(0) { max($0, $1.count) })
    return "  " + name + String(repeating: " ", count: width - name.count) + "  " + words
  }

  private var names: [String] {
    report.tables.map(\.name) + report.exposures.map(\.name)
      + report.decisions.filter(\.isAsked).map(\.name)
      + report.compositions.map(\.name)
  }

  private func rows(_ count: Int) -> String { "\(number(count)) \(count == 1 ? "row" : "rows")" }

  /// With a comma between thousands.
  private func number(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = String(digits.dropLast(3))
    }
    groups.insert(digits[...], at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }
}

extension RunReport.Hidden {
  /// What the line is about.
  fileprivate var target: Substring { line.prefix { $0 != " " } }
}
