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
    let parts = bounds.clashes.map(\.constraint) + (bounds.isProven ? bounds.caps : [])
    let places = parts.filter { seen.insert($0).inserted }.compactMap { part in
      constraints.first { $0.name == part }.map {
        LabeledSpan($0.span, bounds.isProven ? "clashes" : "not met")
      }
    }
    var notes = bounds.clashes.prefix(Self.shownClashes).flatMap(notes)
    let more = bounds.clashes.count - Self.shownClashes
    if more > 0 { notes.append("and \(more) more") }
    guard bounds.isProven else { return notMet(notes, places) }
    if !bounds.caps.isEmpty { notes.append(left) }
    if let restriction = bounds.restriction { notes += words(restriction) }
    notes += others
    let names = seen.sorted().map { "`\($0)`" }.joined(separator: ", ")
    return HostDiagnostics.unsatisfiableBounds.diagnostic(
      isOne
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

  /// Whether a single bound is at fault.
  private var isOne: Bool { bounds.clashes.count == 1 && (bounds.caps.isEmpty || !bounds.isProven) }

  private var help: String {
    let them = isOne ? "it" : "one of them"
    let soft = bounds.clashes.filter(\.mayBeSoft)
    if soft.isEmpty { return "loosen \(them)" }
    let isAny = soft.count == bounds.clashes.count && (bounds.caps.isEmpty || !bounds.isProven)
    let one = isOne || isAny
    return
      "loosen \(them), or make \(one ? "it" : "`\(soft[0].constraint)`") `soft` with a penalty for "
      + "each unit of violation"
  }

  // MARK: A bound of the clash

  private func notes(_ clash: UnsatisfiedBounds.Clash) -> [String] {
    let place = clash.label.isEmpty ? "" : " [\(clash.label)]"
    let sign = clash.isAtMost ? "<=" : ">="
    let (limit, nearest) = figures(clash)
    let edge = nearest == nil ? "" : ": the bound stands at the edge of what is possible"
    let closest = clash.closest.map { closest in
      // Of more digits than are shown those that still hold.
      let figure = nearest ?? ValueText.figure(closest, clash.isAtMost ? .up : .down)
      guard bounds.isProven else {
        return ", and the nearest decisions found come to \(nearest ?? ValueText.figure(closest))"
          + edge
      }
      guard let beyond = clash.beyond else {
        return ", and the closest that can hold is \(figure)" + edge
      }
      return ", and the closest found that holds is \(figure); none beyond "
        + "\(ValueText.figure(beyond, clash.isAtMost ? .down : .up)) can"
    }
    let explored = clash.explored.map {
      "; what `explore` chooses at random comes to \(ValueText.figure($0)) alone"
    }
    let forced = clash.forcing.map { "; " + words($0, isAtMost: clash.isAtMost) }
    let note =
      "`\(clash.constraint)`\(place) asks \(sign) \(limit)"
      + (closest ?? "") + (explored ?? "") + (forced ?? "")
    return [note] + (clash.forcing.map { first(of: $0, isAtMost: clash.isAtMost) } ?? [])
  }

  /// A limit and the closest to it: in all digits where figures would hide that they differ, else the limit as
  /// a figure.
  private func figures(_ clash: UnsatisfiedBounds.Clash) -> (limit: String, closest: String?) {
    let limit = ValueText.figure(clash.limit)
    guard let closest = clash.closest, closest != clash.limit, ValueText.figure(closest) == limit
    else { return (limit, nil) }
    return ("\(clash.limit)", "\(closest)")
  }

  /// What is left by bounds for each entity.
  private var left: String {
    let caps = bounds.caps.map { "`\($0)`" }.joined(separator: ", ")
    return
      "\(caps) \(bounds.caps.count == 1 ? "leaves" : "leave") no more for it, whatever is chosen when"
  }

  /// Other bounds that cannot hold, each alone.
  private var others: [String] {
    let shown = bounds.others.prefix(Self.shownClashes)
    let lines = shown.map { notes($0)[0] + ": it cannot hold either" }
    let more = bounds.otherCount - shown.count
    return lines
      + (more > 0 ? ["\(ValueText.grouped(more)) more cannot hold either, each alone"] : [])
  }

  /// Decisions at which too little may be chosen.
  private func words(_ restriction: UnsatisfiedBounds.Restriction) -> [String] {
    let count = ValueText.grouped(restriction.count)
    let lines = restriction.first.map { decision in
      place(decision.key, decision.time, decision.number) + ": "
        + (decision.isFallback
          ? "only the fallback is left"
          : "\(decision.eligible) of \(restriction.actionCount) actions may be chosen")
    }
    let more = restriction.count - lines.count
    return [
      "the proof hangs on what may not be chosen at \(count) of the "
        + "\(ValueText.grouped(restriction.counted)) decisions counted in \(isOne ? "it" : "them")"
    ] + lines + (more > 0 ? ["and \(ValueText.grouped(more)) more such decisions"] : [])
  }

  private func place(_ key: Scalar, _ time: Int64, _ number: Int) -> String {
    "\(entity) \(ResultTable.text(key, .text)) at \(ValueText.time(time))"
      + (number > 0 ? ", number \(number)" : "")
  }

  /// How many decisions force it.
  private func words(_ forcing: UnsatisfiedBounds.Forcing, isAtMost: Bool) -> String {
    if forcing.counted == 0 { return "no decision is counted in it" }
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
      let what =
        decision.isFallback
        ? "only the fallback is left"
          + (isAtMost ? ", at \(ValueText.figure(decision.quantity))" : "")
        : isAtMost
          ? "at least \(ValueText.figure(decision.quantity)) by what may be chosen"
          : "what may be chosen comes to \(ValueText.figure(decision.quantity)) at most"
      return place(decision.key, decision.time, decision.number) + ": " + what
    }
    let more = forcing.count - lines.count
    return lines + (more > 0 ? ["and \(ValueText.grouped(more)) more such decisions"] : [])
  }
}
