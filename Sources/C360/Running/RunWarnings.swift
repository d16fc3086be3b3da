import C360Diagnostics
import C360Engine
import C360Lowering
import C360Plan
import C360Semantics

/// What a reader of the results should know, found while they were computed (law 7).
struct RunWarnings {
  let program: Program
  let lowered: LoweredProgram
  let counts: RunCounts
  let exposures: [RunReport.Exposure]
  let readings: [TableReading]
  /// The manifest whose prices the run began with.
  let warmStart: String?

  var all: [Diagnostic] {
    readings.flatMap(\.warnings) + overlaps + observedByDefault + tables + purposes + groups
      + repaired + withoutPrices
  }

  /// Part of the decisions of a policy above which those that were repaired are told.
  private static let manyRepaired = 0.01

  /// Choices that were changed after the draw: what bounds hit is not what is left out at random.
  private var repaired: [Diagnostic] {
    counts.decisions.merging(counts.compositions.mapValues(\.decisions)) { first, _ in first }
      .sorted { $0.key < $1.key }.compactMap { step, decided -> Diagnostic? in
        let repaired = decided.allocation?.repaired ?? 0
        guard Double(repaired) > Self.manyRepaired * Double(decided.rows) else { return nil }
        return HostDiagnostics.manyRepaired.diagnostic(
          "\(repaired) of \(decided.rows) decisions of `\(step)` were changed after the draw, so that "
            + "bounds hold",
          at: place(of: step), label: "estimates leave these out, and are biased by it",
          help: [
            "bounds of larger groups or longer periods need fewer changes; a softer temperature or a `soft` "
              + "bound needs none"
          ])
      }
  }

  /// Steps that the manifest of a warm start says nothing of.
  private var withoutPrices: [Diagnostic] {
    guard let warmStart else { return [] }
    return lowered.plan.steps.compactMap { step -> Diagnostic? in
      let decide: DecideStep
      let name: String
      switch step {
      case .decide(let own): (decide, name) = (own, own.name)
      case .compose(let own):
        guard let bounded = own.together.first else { return nil }
        (decide, name) = (bounded, own.name)
      default: return nil
      }
      guard !decide.constraints.isEmpty, decide.startPrices.isEmpty else { return nil }
      return HostDiagnostics.uselessWarmStart.diagnostic(
        "the manifest has no prices for the bounds of `\(name)`, which begin without any",
        at: place(of: name), data: DataPlace(path: warmStart))
    }
  }

  /// Where a policy or composition is declared of which a step is named.
  private func place(of step: String) -> Span? {
    let names =
      program.policies.map { ($0.name, $0.span) } + program.compositions.map { ($0.name, $0.span) }
    return names.first { step == $0.0 || step.hasPrefix("\($0.0) ") }?.1
  }

  private var overlaps: [Diagnostic] {
    exposures.compactMap { exposure in
      guard let count = exposure.overlapping, count > 0,
        let declared = program.exposures.first(where: { $0.name == exposure.name })
      else { return nil }
      return HostDiagnostics.overlappingOutcomes.diagnostic(
        "\(count) of \(exposure.rows) rows of `\(exposure.name)` lie in the outcome window of an "
          + "earlier row of the same \(declared.entity)",
        at: declared.span, label: "no `keep` rule",
        help: [
          "say which rows estimates use: `keep all`, `keep first`, or `keep non_overlapping` or"
            + " `keep washout` with the length of the window"
        ])
    }
  }

  /// Event tables whose newest row stands for how far they are observed.
  private var observedByDefault: [Diagnostic] {
    var seen: Set<Int> = []
    return lowered.plan.steps.compactMap { step -> Diagnostic? in
      guard case .timeline(let step) = step, !step.coverages.isEmpty,
        step.events.observedThrough == nil,
        let id = lowered.table(of: step.events.relation), seen.insert(id.index).inserted
      else { return nil }
      let table = program[id]
      return HostDiagnostics.observedByDefault.diagnostic(
        "`\(table.name)` counts as observed through its newest row", at: table.span,
        label: "does not say how far it is observed",
        help: ["write `observed through @2026-03-31` in its block"])
    }
  }

  /// Purposes that are asked and in no row of the ledger.
  private var purposes: [Diagnostic] {
    program.tables.flatMap { table -> [Diagnostic] in
      let asked = counts.unmentionedPurposes[table.name] ?? [:]
      return asked.sorted { $0.key < $1.key }.map { purpose, known in
        HostDiagnostics.unmentionedPurpose.diagnostic(
          "no row of `\(table.name)` has the purpose \"\(purpose)\", so nobody has granted it",
          at: table.span,
          help: nearest(to: purpose, among: known).map { ["did you mean \"\($0)\"?"] } ?? [])
      }
    }
  }

  /// Decisions that a comparison of groups cannot place.
  private var groups: [Diagnostic] {
    let policies = program.policies.map { ($0.name, $0.constraints) }
    let compositions = program.compositions.map { ($0.name, $0.constraints) }
    let decided = counts.decisions.mapValues { $0.allocation }
      .merging(counts.compositions.mapValues { $0.decisions.allocation }) { first, _ in first }
    return decided.sorted { $0.key < $1.key }.flatMap { step, allocation -> [Diagnostic] in
      let declared = (policies + compositions).filter { step == $0.0 || step.hasPrefix("\($0.0) ") }
      return (allocation?.constraints ?? []).filter { $0.unknown > 0 }.map { found in
        let constraint = declared.flatMap(\.1).first { $0.name == found.name }
        return HostDiagnostics.unknownGroups.diagnostic(
          "the group that `\(found.name)` compares is unknown at \(found.unknown) "
            + (found.unknown == 1 ? "decision" : "decisions") + " of `\(step)`",
          at: constraint?.span, label: "null, or hidden from the policy",
          help: [
            "together they are held to the bound as one group; compare by a column that the policy may see"
          ])
      }
    }
  }

  /// On what answers over a table can hang, and what decides then.
  private func ties(_ kind: Table.Kind) -> (what: String, help: String) {
    guard case .profile(let roles) = kind else {
      return (
        "on rows at the same time",
        "a column with the role `@sequence` says which of them came first"
      )
    }
    guard roles.from != nil else {
      return (
        "on several rows of one key",
        "the last in the order of their values counts; a column with the role `@from` says which came last"
      )
    }
    return (
      "on rows at the same time",
      "of versions that begin together the last in the order of their values counts"
    )
  }

  private var tables: [Diagnostic] {
    program.tables.flatMap { table -> [Diagnostic] in
      var warnings: [Diagnostic] = []
      if let count = counts.neverKnown[table.name], count > 0 {
        warnings.append(
          HostDiagnostics.neverKnown.diagnostic(
            "\(count) \(count == 1 ? "row" : "rows") of `\(table.name)` never visible to decisions: when it was known is null",
            at: table.span))
      }
      if let count = counts.resolvedTies[table.name], count > 0 {
        warnings.append(
          HostDiagnostics.unresolvedTies.diagnostic(
            "\(count) \(count == 1 ? "answer" : "answers") over `\(table.name)` "
              + "\(count == 1 ? "hangs" : "hang") " + ties(table.kind).what,
            at: table.span, help: [ties(table.kind).help]))
      }
      return warnings
    }
  }
}
