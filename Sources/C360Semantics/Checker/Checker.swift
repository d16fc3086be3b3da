import C360Diagnostics
import C360Models
import C360Syntax

/// One run of checking. Declarations are resolved when first needed, so their order in the text does
/// not matter; each is checked once for every mask under which it is seen.
final class Checker {
  let options: CheckOptions
  let resolver: any ProgramResolver

  var program: Program
  /// In order of use: a module stands before those that use it.
  var modules: [Module] = []
  var rootModule: Module?
  /// Declarations by qualified name.
  var namespace: [String: Declaration] = [:]
  /// `rfm` of `apply … as rfm`, qualified.
  var aliases: [String: Span] = [:]
  /// Aliases whose apply had an error: what they would have declared is not complained of.
  var failedAliases: Set<String> = []
  /// Names of declarations that did not parse or are not in this version.
  var poisonedNames: Set<String> = []
  var templates: [String: Template] = [:]
  /// In order of modules and text, template expansions in place.
  var declarations: [Declaration] = []
  /// What has no name in the namespace and is checked last.
  var unnamed: [(syntax: DeclarationSyntax, environment: Environment)] = []
  /// Outcome names → exposures that have one of that name; filled before anything is checked.
  var outcomeOwners: [String: [Declaration]] = [:]
  /// Entity → type of its keys and the table that said so.
  var entityKeys: [String: (type: Type, span: Span)] = [:]
  var tableInfos: [TableInfo] = []
  var exposureInfos: [ExposureInfo] = []
  /// Of `for ENTITY KEY at TIME` in queries; asked for twice, it is one.
  var moments: [EntityMoment: ExposureInfo] = [:]
  var maskInfos: [MaskInfo] = []
  /// By mask and `FeatureID`: whether the mask hides something that the feature depends on.
  var touchedFeatures: [MaskID: [Bool]] = [:]
  /// By `FeatureID`: how many features stand one behind the other up to it.
  var featureDepths: [Int] = []
  /// Levels of expressions that are being checked, through all the declarations they need.
  var expressionDepth = 0
  /// Features, scores and outcomes that are being checked, each needed by the one before.
  var resolutionDepth = 0
  /// Bodies of functions put in place so far.
  var substitutions = 0
  private var hasReportedLimit = false
  /// Complaints that still look for a near name, which takes long in a long script.
  var suggestionsLeft = Limits.suggestions
  /// Features made for aggregates that stand elsewhere than in a feature.
  var inlineFeatures: [InlineFeatureKey: FeatureID] = [:]
  var inlineCounts: [String: Int] = [:]
  lazy var identities: [Declaration] = declarations.filter { $0.noun == "an identity" }
  lazy var ledgers: [Declaration] = declarations.filter { $0.noun == "a consents table" }
  var outputPaths: [String: Span] = [:]
  /// Qualified names of the constraints that something is subject to.
  var listedConstraints: Set<String> = []
  /// By layer: the slots that experiments take.
  var layerSlots: [String: [LayerSlot]] = [:]

  // How complaints are reported.
  private(set) var diagnostics: [Diagnostic] = []
  private var reported: Set<ReportKey> = []
  /// By message: where the complaint of an unknown name stands, and how often it occurred.
  private var unknownNames: [String: (index: Int, count: Int)] = [:]
  /// Places through which the text at hand was reached: applies and calls, outermost last.
  var sites: [LabeledSpan] = []
  /// The mask under which the text at hand is seen.
  var currentMask: MaskInfo?
  /// Imported models by format and path; nil: complained of.
  var importedModels: [String: Model?] = [:]
  /// While above 0, complaints are dropped.
  var mutes = 0

  init(options: CheckOptions, resolver: any ProgramResolver) {
    self.options = options
    self.resolver = resolver
    self.program = Program(
      edition: 2026, module: nil, timezone: "UTC", runTime: options.runTime, seed: options.seed)
  }

  private struct ReportKey: Hashable {
    let code: DiagnosticCode
    let span: Span?
    let message: String
    /// For a label that is not permitted: the policy, since each has its own permits.
    let last: Span?
  }

  func report(_ diagnostic: Diagnostic) {
    guard mutes == 0 else { return }
    let isNew = reported.insert(
      ReportKey(
        code: diagnostic.code, span: diagnostic.primary?.span, message: diagnostic.message,
        last: diagnostic.code == "E0331" ? diagnostic.secondary.last?.span : nil)
    ).inserted
    guard isNew, !isRepeatedUnknown(diagnostic) else { return }
    var complete = diagnostic
    complete.secondary += sites.prefix(4)
    if let mask = currentMask, !mask.hides.isEmpty, diagnostic.severity == .error,
      !diagnostic.isAboutMask
    {
      complete.notes.append("seen under mask `\(mask.name)`")
    }
    diagnostics.append(complete)
  }

  /// An unknown name is complained of once; its other places stand beside the first.
  private func isRepeatedUnknown(_ diagnostic: Diagnostic) -> Bool {
    guard diagnostic.code == "E0201", let span = diagnostic.primary?.span else { return false }
    guard let first = unknownNames[diagnostic.message] else {
      unknownNames[diagnostic.message] = (diagnostics.count, 1)
      return false
    }
    if first.count < 5 { diagnostics[first.index].secondary.append(LabeledSpan(span, "and here")) }
    unknownNames[diagnostic.message] = (first.index, first.count + 1)
    return true
  }

  /// Complains once that a program is beyond what checking walks; the rest would say the same.
  func reportLimit(_ diagnostic: Diagnostic) {
    guard !hasReportedLimit else { return }
    hasReportedLimit = true
    report(diagnostic)
  }

  /// Adds complaints of other phases as they are.
  func adopt(_ others: [Diagnostic]) { diagnostics += others }

  /// Runs `body` as text of another place: with its own path of applies and calls.
  func visiting<Result>(
    _ places: [LabeledSpan], mask: MaskInfo?, _ body: () -> Result
  ) -> Result {
    let (oldSites, oldMask) = (sites, currentMask)
    sites = places
    currentMask = mask
    defer { (sites, currentMask) = (oldSites, oldMask) }
    return body()
  }

  func muted<Result>(_ body: () -> Result) -> Result {
    mutes += 1
    defer { mutes -= 1 }
    return body()
  }

  func checkDeclarations() {
    // Beyond the limits nothing can be right, and checking it would take long.
    if hasReportedLimit { return }
    for declaration in declarations { check(declaration) }
    for (syntax, environment) in unnamed { checkUnnamed(syntax, environment) }
    checkUnusedConstraints()
    checkParameterSettings()
  }

  private func check(_ declaration: Declaration) {
    switch declaration.kind {
    case .param: _ = parameter(declaration)
    case .function: _ = function(declaration)
    case .entity: break
    case .table: _ = table(declaration)
    case .exposure:
      if let exposure = exposure(declaration) { completeOutcomes(of: exposure) }
    case .feature: _ = feature(declaration, mask: nil, at: declaration.nameSpan)
    case .score: _ = score(declaration, mask: nil, at: declaration.nameSpan)
    case .mask: _ = mask(declaration)
    case .objective: _ = objective(declaration)
    case .constraint: break
    case .policy: _ = policy(declaration)
    case .experiment, .arbitrate: _ = composition(declaration)
    case .output: break
    case .view(let view): _ = isSound(view, declaration)
    }
  }

  private func checkUnnamed(_ syntax: DeclarationSyntax, _ environment: Environment) {
    visiting(environment.sites, mask: nil) {
      switch syntax {
      case .output(let output): checkOutput(output, environment)
      case .show(let show): checkShow(show, environment)
      case .expect(let expect): checkExpect(expect, environment)
      default: break
      }
    }
  }

  func finish() -> (program: Program?, diagnostics: [Diagnostic]) {
    let order = Dictionary(
      modules.enumerated().map { (ObjectIdentifier($1.tree.source), $0) },
      uniquingKeysWith: { first, _ in first })
    let sorted = diagnostics.enumerated().sorted { left, right in
      let (a, b) = (left.element.primary?.span, right.element.primary?.span)
      let (fileA, fileB) = (
        a.flatMap { order[ObjectIdentifier($0.file)] } ?? -1,
        b.flatMap { order[ObjectIdentifier($0.file)] } ?? -1
      )
      return (fileA, a?.range.lowerBound ?? 0, left.offset)
        < (fileB, b?.range.lowerBound ?? 0, right.offset)
    }.map(\.element)
    guard !sorted.contains(where: { $0.severity == .error }) else { return (nil, sorted) }
    program.canonicalText = CanonicalText(program).whole
    return (program, sorted)
  }
}

extension Diagnostic {
  /// Complaints that already say which mask they are about.
  var isAboutMask: Bool { code.name.hasPrefix("E05") || message.contains("mask") }
}
