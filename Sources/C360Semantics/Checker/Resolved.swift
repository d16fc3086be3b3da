import C360Diagnostics
import C360Syntax

/// A checked table.
final class TableInfo {
  let id: TableID
  let table: Table
  let columnIndex: [String: Int]

  init(id: TableID, table: Table) {
    self.id = id
    self.table = table
    self.columnIndex = Dictionary(
      table.columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  var name: String { table.name }
  var isEvents: Bool { if case .events = table.kind { true } else { false } }
  var isProfile: Bool { if case .profile = table.kind { true } else { false } }
  var isConsents: Bool { if case .consents = table.kind { true } else { false } }
  var isActions: Bool { if case .actions = table.kind { true } else { false } }
  var isLimits: Bool { if case .limits = table.kind { true } else { false } }
  var isIdentity: Bool { if case .identity = table.kind { true } else { false } }
  var eventRoles: Table.EventRoles? {
    if case .events(let roles) = table.kind { roles } else { nil }
  }
  var actionRoles: Table.ActionRoles? {
    if case .actions(let roles) = table.kind { roles } else { nil }
  }
}

/// A checked exposure; its outcomes are checked when first needed.
final class ExposureInfo {
  final class Outcome {
    let name: String
    let nameSpan: Span
    let syntax: OutcomeSyntax
    /// By mask; nil inside is a failure.
    var seen: [MaskID?: Expression?] = [:]
    var isInProgress = false
    init(name: String, nameSpan: Span, syntax: OutcomeSyntax) {
      self.name = name
      self.nameSpan = nameSpan
      self.syntax = syntax
    }
  }

  let id: ExposureID
  /// Which keeps this, and is kept by the checker.
  unowned let declaration: Declaration
  let exposure: Exposure
  let outcomes: [Outcome]
  let columnIndex: [String: Int]
  let outcomeIndex: [String: Int]

  init(id: ExposureID, declaration: Declaration, exposure: Exposure, outcomes: [Outcome]) {
    self.id = id
    self.declaration = declaration
    self.exposure = exposure
    self.outcomes = outcomes
    self.columnIndex = Dictionary(
      exposure.columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.outcomeIndex = Dictionary(
      outcomes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  var name: String { exposure.name }

  /// Known only after the decision, or chosen by whoever took it.
  func isAfter(_ column: Int) -> Bool {
    exposure.loggedOutcomes.contains(column) || exposure.propensity == column
      || exposure.action?.column == column
  }
}

/// A checked function: substituted at every call.
final class FunctionInfo {
  struct Parameter {
    let name: String
    let type: Type
  }
  let parameters: [Parameter]
  let result: Type
  let body: ExpressionSyntax
  init(parameters: [Parameter], result: Type, body: ExpressionSyntax) {
    self.parameters = parameters
    self.result = result
    self.body = body
  }
}

/// What a mask can hide.
enum MaskTarget: Hashable {
  case table(TableID)
  case profileColumn(TableID, Int)
  case eventColumn(TableID, Int)
  case exposureColumn(ExposureID, Int)
  /// By qualified name.
  case feature(String)
}

/// One `hide` of a mask.
struct Hide {
  let target: MaskTarget
  /// Total bool at the decision; nil hides always.
  let unless: Expression?
  /// Which events of the table are visible where `unless` holds; nil: all.
  var permitted: Expression?
  let otherwise: (syntax: ExpressionSyntax, environment: Environment)?
  let span: Span

  /// For values that the target decides without being it: what is hidden is null.
  var withoutElse: Hide {
    Hide(target: target, unless: unless, permitted: permitted, otherwise: nil, span: span)
  }
}

extension MaskTarget {
  /// The table that is hidden, in whole or in part.
  var table: TableID? {
    switch self {
    case .table(let id), .profileColumn(let id, _), .eventColumn(let id, _): id
    case .exposureColumn, .feature: nil
    }
  }
}

extension Table.EventRoles {
  /// Columns that say whose an event is, when it was and when it was known.
  var placing: [Int] { [key, time] + [known, sequence, id, retracted].compactMap { $0 } }
}

final class MaskInfo {
  let id: MaskID
  let name: String
  /// Which keeps this, and is kept by the checker.
  unowned let declaration: Declaration
  let actions: TableInfo?
  /// All that hides a target, lines of included masks too, as one.
  let hides: [MaskTarget: Hide]
  /// Line by line, those of included masks first.
  let lines: [Mask.Hide]
  /// Rules by name, those of included masks too.
  var ruleSpans: [String: Span] = [:]

  init(
    id: MaskID, declaration: Declaration, actions: TableInfo?, hides: [MaskTarget: Hide],
    lines: [Mask.Hide]
  ) {
    self.id = id
    self.name = declaration.name
    self.declaration = declaration
    self.actions = actions
    self.hides = hides
    self.lines = lines
  }
}

final class ObjectiveInfo {
  struct Term {
    let name: String
    let syntax: TermSyntax
    /// Negative for `minimize`.
    let weight: Double
    let because: String?
    let span: Span
  }
  /// Which keeps this, and is kept by the checker.
  unowned let declaration: Declaration
  let actions: TableInfo?
  /// Those that make sense.
  let terms: [Term]
  /// All that are written, broken ones too: a `permit` may name them.
  let names: [String]
  var isComplete: Bool { terms.count == names.count }
  init(declaration: Declaration, actions: TableInfo?, terms: [Term], names: [String]) {
    self.declaration = declaration
    self.actions = actions
    self.terms = terms
    self.names = names
  }
}

final class PolicyInfo {
  let id: PolicyID
  let policy: Policy
  let mask: MaskInfo?
  init(id: PolicyID, policy: Policy, mask: MaskInfo?) {
    self.id = id
    self.policy = policy
    self.mask = mask
  }
}

struct InlineFeatureKey: Hashable {
  let span: Span
  let owner: String
  let mask: MaskID?
}
