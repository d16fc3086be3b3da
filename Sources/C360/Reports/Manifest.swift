import C360Diagnostics
import C360Engine
import C360Semantics

/// The record of a run beside its outputs: enough to say what was done with what, and to do it
/// again. Keys of hashes carry the version of their scheme.
///
/// `programSHA256.v1` is the SHA-256 of the canonical text of the program: equal for programs that
/// mean the same, whatever their layout, comments and order of declarations.
struct Manifest {
  let program: Program
  let report: RunReport
  let files: [FileRecord]
  let session: Session

  var text: String { value.rendered }

  private var value: JSONValue {
    .object([
      ("script", .text(path(report.script))),
      ("module", optional(program.module)),
      ("programSHA256.v1", .text(sha256(program.canonicalText))),
      ("engine", .text("c360 \(C360Version.number)")),
      ("edition", .integer(program.edition)),
      ("timezone", .text(program.timezone)),
      ("runTime", .text(ValueText.time(program.runTime))),
      ("asOf", optional(session.options.asOf.map(ValueText.time))),
      ("seed", .text(String(program.seed))),
      ("parameters", .object(program.parameters.map { ($0.name, parameter($0)) })),
      ("files", .array(orderedFiles.map(file))),
      ("tables", .array(report.tables.map(table))),
      ("exposures", .array(report.exposures.map(exposure))),
      ("policies", .array(policies)),
      ("compositions", .array(compositions)),
      ("outputs", .array(report.outputs.map(output))),
      (
        "nullConditions",
        .object(sorted(report.counts.nullConditions).map { ($0.key, .integer($0.value)) })
      ),
      ("declassifications", .array(program.declassifications.map(declassification))),
      ("warnings", .array(report.warnings.map(warning))),
    ])
  }

  /// Scripts and models first, then tables in the order of their files; hashing ends in any order.
  private var orderedFiles: [FileRecord] {
    let order: [FileRecord.Role] = [.script, .module, .model, .warmStart, .table]
    return files.enumerated().sorted { left, right in
      let places = (
        order.firstIndex(of: left.element.role), order.firstIndex(of: right.element.role)
      )
      if let first = places.0, let second = places.1, first != second { return first < second }
      if left.element.role != .table { return left.offset < right.offset }
      return (left.element.table ?? "", left.element.path)
        < (right.element.table ?? "", right.element.path)
    }.map(\.element)
  }

  private func parameter(_ parameter: Parameter) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [("value", value(parameter.value))]
    if let because = parameter.because { members.append(("because", .text(because))) }
    return .object(members)
  }

  private func file(_ record: FileRecord) -> JSONValue {
    .object([
      ("role", .text(record.role.rawValue)), ("table", optional(record.table)),
      ("path", .text(path(record.path))), ("bytes", .integer(record.byteCount)),
      ("sha256", .text(record.sha256)),
    ])
  }

  private func table(_ table: TableReading) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", .text(table.name)), ("rows", .integer(table.rows)),
    ]
    members += identityMembers(table.name)
    if table.droppedAsOf > 0 { members.append(("notYetKnown", .integer(table.droppedAsOf))) }
    let counts: [(String, Int?)] = [
      ("neverKnown", report.counts.neverKnown[table.name]),
      ("exactCopies", report.counts.duplicates[table.name]),
      ("superseded", report.counts.superseded[table.name]),
      ("retracted", report.counts.retracted[table.name]),
      ("unused", report.counts.unusedEvents[table.name]),
      ("unlinked", report.counts.unlinked[table.name]),
      ("identifiersBelowThreshold", report.counts.unresolved[table.name]),
      ("linksContradicted", report.counts.links[table.name]?.contradicted),
      ("identifiersTied", report.counts.links[table.name]?.tied),
      ("identifiersAboveOne", report.counts.links[table.name]?.excessive),
      ("endedBeforeBegun", report.counts.reversedVersions[table.name]),
      ("tiedExposures", report.counts.tiedExposures[table.name]),
      ("unresolvedTies", report.counts.resolvedTies[table.name]),
      (
        "grantsWhileHeld",
        report.counts.overlappingGrants[table.name].map { $0.values.reduce(0, +) }
      ),
      (
        "withdrawnBeforeGranted",
        report.counts.reversedConsents[table.name].map { $0.values.reduce(0, +) }
      ),
    ]
    for (name, count) in counts {
      if let count, count > 0 { members.append((name, .integer(count))) }
    }
    if let found = report.counts.findings[table.name] {
      if found.late.total > 0 {
        members.append(("late", .integer(found.late.total)))
        members.append(("worstDelay", .text(ValueText.duration(found.worstDelay))))
      }
      let months: [(String, MonthCounts)] = [
        ("late", found.late), ("neverKnown", found.neverKnown), ("exactCopies", found.exactCopies),
        ("superseded", found.superseded), ("retracted", found.retracted),
        ("unlinked", found.unlinked), ("tiedExposures", found.tiedExposures),
        ("unresolvedTies", found.resolvedTies),
      ]
      if let byMonth = self.byMonth(months) { members.append(("byMonth", byMonth)) }
    }
    return .object(members)
  }

  /// The rule of an identity, and the hash of all that decides to whom identifiers belong.
  private func identityMembers(_ name: String) -> [(key: String, value: JSONValue)] {
    guard let table = program.tables.first(where: { $0.name == name }),
      case .identity(let roles) = table.kind
    else { return [] }
    return [
      ("resolve", .text("\(roles.rule.rawValue) above \(roles.threshold)")),
      ("identitySHA256.v1", .text(sha256(program.canonicalText(of: table)))),
    ]
  }

  /// Month (UTC) → what was found → rows; nil where nothing was.
  private func byMonth(_ counts: [(String, MonthCounts)]) -> JSONValue? {
    var months: [String: [(key: String, value: JSONValue)]] = [:]
    for (name, found) in counts {
      for (month, rows) in found.byMonth {
        months[month, default: []].append((name, .integer(rows)))
      }
    }
    if months.isEmpty { return nil }
    return .object(months.sorted { $0.key < $1.key }.map { ($0.key, .object($0.value)) })
  }

  private func exposure(_ exposure: RunReport.Exposure) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", .text(exposure.name)), ("rows", .integer(exposure.rows)),
    ]
    if let kept = exposure.kept { members.append(("kept", .integer(kept))) }
    if let overlapping = exposure.overlapping {
      members.append(("overlapping", .integer(overlapping)))
    }
    if !exposure.censored.isEmpty {
      members.append(
        ("censored", .object(exposure.censored.map { ($0.outcome, .integer($0.rows)) })))
      if let months = byMonth(exposure.censoredMonths.map { ($0.outcome, $0.months) }) {
        members.append(("censoredByMonth", months))
      }
    }
    return .object(members)
  }

  private var policies: [JSONValue] {
    report.decisions.compactMap { decided in
      guard let policy = program.policies.first(where: { $0.name == decided.policy }) else {
        return nil
      }
      let counts = decided.counts
      return .object(
        [
          ("name", .text(policy.name)), ("at", .text(decided.exposure)),
          ("within", optional(decided.within)),
          ("policySHA256.v1", .text(sha256(policy.canonicalText))),
          ("mask", optional(policy.mask.map { program[$0].name })),
          ("owner", optional(policy.owner)), ("approval", approval(policy.approval)),
          ("ticket", optional(policy.ticket)), ("decisions", .integer(counts.rows)),
          ("byFallback", .integer(counts.fallbacks)),
          ("actions", .object(sorted(counts.actions).map { ($0.key, .integer($0.value)) })),
          (
            "forbiddenPairs", .object(sorted(counts.forbidden).map { ($0.key, .integer($0.value)) })
          ),
          ("consentsAsked", .object(MaskRecord(program: program).consents(of: policy))),
          ("because", .object(MaskRecord(program: program).reasons(of: policy))),
          ("terms", .object(decided.terms.map { ($0.name, .float($0.total)) })),
        ] + (counts.positions.map { [("positions", .integer($0))] } ?? [])
          + (decided.shifts.isEmpty
            ? [] : [("stability", .array(StabilityRecord(decided.shifts).values))])
          + (counts.allocation.map {
            [
              (
                "allocation",
                AllocationRecord(
                  counts: $0, units: decided.units, constraints: policy.constraints
                ).value
              )
            ]
          } ?? []))
    }
  }

  private var compositions: [JSONValue] {
    report.compositions.compactMap { composed in
      guard let composition = program.compositions.first(where: { $0.name == composed.composition })
      else { return nil }
      return CompositionRecord(program: program, composition: composition, report: composed).value
    }
  }

  private func approval(_ approval: (by: String, until: Int64?)?) -> JSONValue {
    guard let approval else { return .null }
    return .object([
      ("by", .text(approval.by)), ("until", optional(approval.until.map(ValueText.time))),
    ])
  }

  private func output(_ output: RunReport.Output) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", .text(output.name)), ("path", .text(path(output.path))),
      ("rows", .integer(output.rows)),
    ]
    if let query = program.outputs.first(where: { $0.name == output.name })?.query {
      members.append(("mask", optional(query.mask.map { program[$0].name })))
      if let because = query.unmaskedBecause { members.append(("unmasked", .text(because))) }
      if !output.hidden.isEmpty {
        members.append(("hidden", MaskRecord(program: program).hides(output.hidden, of: query)))
      }
      if !output.hiddenOutcomes.isEmpty {
        members.append(
          (
            "hiddenOutcomes",
            .object(output.hiddenOutcomes.map { ($0.outcome, .integer($0.rows)) })
          ))
      }
    }
    return .object(members)
  }

  private func declassification(_ use: Declassification) -> JSONValue {
    let line = use.span.file.position(of: use.span.range.lowerBound).line
    return .object([
      ("label", .text(use.label)), ("because", .text(use.because)),
      ("file", .text(use.span.file.name)), ("line", .integer(line)),
    ])
  }

  private func warning(_ warning: Diagnostic) -> JSONValue {
    .object([("code", .text(warning.code.name)), ("message", .text(warning.message))])
  }

  private func value(_ value: Value) -> JSONValue {
    switch value {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .integer(Int(value))
    case .float(let value): .float(value)
    case .text(let value): .text(value)
    case .time(let value): .text(ValueText.time(value))
    case .date(let value): .text(ValueText.date(value))
    case .duration(let value): .text(ValueText.duration(value))
    case .calendarSpan(let value): .text("\(value.count) \(value.unit)")
    case .vector(let elements): .array(elements.map { .float($0) })
    case .list(let elements): .array(elements.map { self.value($0) })
    }
  }

  /// Relative to the script where it lies beside or below it, so that a manifest does not hang on
  /// where a checkout stands.
  private func path(_ path: String) -> String {
    path.hasPrefix(session.directory + "/")
      ? String(path.dropFirst(session.directory.utf8.count + 1)) : path
  }

  private func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }

  private func sorted(_ counts: [String: Int]) -> [(key: String, value: Int)] {
    counts.sorted { $0.key < $1.key }
  }
}
