import C360Diagnostics
import C360Syntax

/// A file of the program: the root script, a used file or a module of the standard library.
final class Module {
  let tree: SyntaxTree
  /// To which its paths are relative.
  let directory: String
  var name: String?
  var clock: LocalClock = .utc

  init(tree: SyntaxTree, directory: String) {
    self.tree = tree
    self.directory = directory
  }
}

/// What a name bound by a template or a function stands for.
enum Binding {
  case value(Expression)
  case events(TableInfo)
  case column(TableInfo, Int)
  case mask(String)
  /// Its argument had an error.
  case invalid
}

/// Where a piece of text is seen from: its module and, inside a template, what its parameters stand
/// for.
final class Environment {
  let module: Module
  let bindings: [String: Binding]
  /// `rfm` inside `apply … as rfm`.
  let prefix: String?
  /// The applies and calls through which the text was reached.
  let sites: [LabeledSpan]
  /// Of a table that has a zone of its own.
  private let ownClock: LocalClock?

  init(
    module: Module, bindings: [String: Binding] = [:], prefix: String? = nil,
    sites: [LabeledSpan] = [], clock: LocalClock? = nil
  ) {
    self.module = module
    self.bindings = bindings
    self.prefix = prefix
    self.sites = sites
    ownClock = clock
  }

  /// The calendar of the times that are written here.
  var clock: LocalClock { ownClock ?? module.clock }

  func with(clock: LocalClock) -> Environment {
    Environment(module: module, bindings: bindings, prefix: prefix, sites: sites, clock: clock)
  }
}

/// A named declaration and what is known of it so far.
final class Declaration {
  enum Kind {
    case param(ParamSyntax)
    case function(FunctionSyntax)
    case entity(EntitySyntax)
    case table(TableSyntax)
    case exposure(ExposureSyntax)
    case feature(FeatureSyntax)
    case score(ScoreSyntax)
    case mask(MaskSyntax)
    case objective(ObjectiveSyntax)
    case constraint(ConstraintSyntax)
    case policy(PolicySyntax)
    case experiment(ExperimentSyntax)
    case arbitrate(ArbitrateSyntax)
    case output(OutputSyntax)
    case view(ViewSyntax)
  }
  enum Resolution {
    case unresolved
    case inProgress
    case failed
    case parameter(ParameterID)
    case function(FunctionInfo)
    case table(TableInfo)
    case exposure(ExposureInfo)
    case mask(MaskInfo)
    case objective(ObjectiveInfo)
    case policy(PolicyInfo)
    case composition(CompositionInfo)
    /// A view without errors.
    case view
  }
  /// A feature or score under one mask.
  enum Seen {
    case inProgress
    case failed
    case index(Int)
  }

  /// Qualified: `rfm.recency`.
  let name: String
  let nameSpan: Span
  let kind: Kind
  let environment: Environment
  var resolution: Resolution = .unresolved
  /// By mask; nil is unmasked.
  var seen: [MaskID?: Seen] = [:]
  /// Of an experiment: who is in which arm, known before its members are.
  var assigned: Seen?

  init(name: String, nameSpan: Span, kind: Kind, environment: Environment) {
    self.name = name
    self.nameSpan = nameSpan
    self.kind = kind
    self.environment = environment
  }

  /// With its article, for complaints.
  var noun: String {
    switch kind {
    case .param: "a param"
    case .function: "a function"
    case .entity: "an entity"
    case .table(let table):
      switch table.keyword?.text {
      case "events": "an event table"
      case "actions": "an actions table"
      case "consents": "a consents table"
      case "limits": "a table of limits"
      case "identity": "an identity"
      default: "a profile"
      }
    case .exposure: "an exposure"
    case .feature: "a feature"
    case .score: "a score"
    case .mask: "a mask"
    case .objective: "an objective"
    case .constraint: "a constraint"
    case .policy: "a policy"
    case .experiment: "an experiment"
    case .arbitrate: "an arbitration"
    case .output: "an output"
    case .view: "a view"
    }
  }
}

final class Template {
  let syntax: TemplateSyntax
  let nameSpan: Span
  let module: Module
  init(syntax: TemplateSyntax, nameSpan: Span, module: Module) {
    self.syntax = syntax
    self.nameSpan = nameSpan
    self.module = module
  }
}
