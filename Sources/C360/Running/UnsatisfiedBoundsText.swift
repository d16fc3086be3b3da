import C360Columns
import C360Diagnostics
import C360Engine
import C360Semantics

/// Bounds that clash, or that no decisions were found to hold, in words.
struct UnsatisfiedBoundsText {
  private let name: String
  private let bounds: UnsatisfiedBounds
  private let constraints: [Constraint]
  private let span: Span?
  private let entity: String

  private static let shownClashes = 8

  /// - Parameter name: of the policy or composition; with its exposure where that is not its own.
  init(_ name: String, _ bounds: UnsatisfiedBounds, _ program: Program) {
    self.name = name
    self.bounds = bounds
    let policy = program.policies.first { $0.name == name }
    let composition = program.compositions.first {
      $0.name == name || name.hasPrefix("\($0.name) at ")
    }
    constraints = policy?.constraints ?? composition?.constraints ?? []
    span = policy?.span ?? composition?.span
    entity = (policy?.exposure ?? composition?.exposure).map { program[$0].entity } ?? "entity"
  }

  var diagnostic: Diagnostic {
    var seen: Set<String> = []
    let places = bounds.clashes.filter { seen.insert($0.constraint).inserted }.compactMap { clash in
      constraints.first { $0.name == clash.constraint }.map {
        LabeledSpan($0.span, bounds.isProven ? "clashes" : "not met")
      }
    }
    var notes = bounds.clashes.prefix(Self.shownClashes).flatMap(notes)
    let more = bounds.clashes.count - Self.shownClashes
    if more > 0 { notes.append("and \(more) more") }
    guard bounds.isProven else { return notMet(notes, places) }
    let names = seen.sorted().map { "`\($0)`" }.joined(separator: ", ")
    return HostDiagnostics.unsatisfiableBounds.diagnostic(
      bounds.clashes.count == 1
        ? "no decisions of `\(name)` satisfy \(names)"
        : "no decisions of `\(name)` satisfy \(names) together",
      at: span, label: "subject to them", secondary: places, notes: notes, help: [help])
  }

  private func notMet(_ notes: [String], _ places: [LabeledSpan]) -> Diagnostic {
    let caps = bounds.caps.map { "`\($0)`" }.joined(separator: ", ")
    return HostDiagnostics.boundsNotMet.diagnostic(
      "no decisions of `\(name)` were found that hold all bounds", at: span,
      label: "subject to them", secondary: places,
      notes: notes
        + (caps.isEmpty
          ? ["shares of decisions may hold them, but none of whole decisions were found that do"]
          : ["\(caps) held meanwhile: what each entity may have is decided in the order of time"]),
      help: [help])
  }

  private var help: String {
    let them = bounds.clashes.count == 1 ? "it" : "one of them"
    let soft = bounds.clashes.filter(\.mayBeSoft)
    if soft.isEmpty { return "loosen \(them)" }
    let one = bounds.clashes.count == 1 || soft.count == bounds.clashes.count
    return
      "loosen \(them), or make \(one ? "it" : "`\(soft[0].constraint)`") `soft` with a penalty for "
      + "each unit of violation"
  }

  // MARK: A bound of the clash

  private func notes(_ clash: UnsatisfiedBounds.Clash) -> [String] {
    let place = clash.label.isEmpty ? "" : " [\(clash.label)]"
    let sign = clash.isAtMost ? "<=" : ">="
    let closest = clash.closest.map {
      bounds.isProven
        ? ", and the closest that can hold is \(ValueText.figure($0))"
        : ", and the nearest decisions found come to \(ValueText.figure($0))"
    }
    let forced = clash.forcing.map { "; " + words($0, isAtMost: clash.isAtMost) }
    let note =
      "`\(clash.constraint)`\(place) asks \(sign) \(ValueText.figure(clash.limit))"
      + (closest ?? "") + (forced ?? "")
    return [note] + (clash.forcing.map { first(of: $0, isAtMost: clash.isAtMost) } ?? [])
  }

  /// How many decisions force it.
  private func words(_ forcing: UnsatisfiedBounds.Forcing, isAtMost: Bool) -> String {
    let isOne = forcing.count == 1
    let count = ValueText.grouped(forcing.count)
    let decisions = "\(count) \(isOne ? "decision" : "decisions") counted in it"
    let usage = ValueText.figure(forcing.usage)
    if !isAtMost {
      return "at \(count) of the \(ValueText.grouped(forcing.counted)) decisions counted in it "
        + "nothing that may be chosen adds to it"
    }
    if forcing.fallbacks == forcing.count {
      return "nothing but the fallback is left at \(decisions), which "
        + "\(isOne ? "comes" : "come") to \(usage)"
    }
    return "\(decisions) \(isOne ? "comes" : "come") to \(usage) at least, whatever is chosen"
  }

  /// The first of them.
  private func first(of forcing: UnsatisfiedBounds.Forcing, isAtMost: Bool) -> [String] {
    let lines = forcing.first.map { decision in
      let key = ResultTable.text(decision.key, .text)
      let number = decision.number > 0 ? ", number \(decision.number)" : ""
      let what =
        decision.isFallback
        ? "only the fallback is left"
          + (isAtMost ? ", at \(ValueText.figure(decision.quantity))" : "")
        : isAtMost
          ? "at least \(ValueText.figure(decision.quantity)) by what may be chosen"
          : "what may be chosen comes to \(ValueText.figure(decision.quantity)) at most"
      return "\(entity) \(key) at \(ValueText.time(decision.time))\(number): \(what)"
    }
    let more = forcing.count - lines.count
    return lines + (more > 0 ? ["and \(ValueText.grouped(more)) more such decisions"] : [])
  }
}
