/// What `save_model` of xgboost writes, JSON or UBJ.
struct XGBoostFile {
  private let learner: DocumentPlace

  init(_ bytes: [UInt8]) throws(ModelProblem) {
    guard let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }),
      first == UInt8(ascii: "{")
    else { throw ModelProblem("it is neither JSON nor UBJ") }
    let root = DocumentPlace(
      try Self.isText(bytes) ? JSONDocument.parse(bytes) : UBJDocument.parse(bytes))
    learner = try root["learner"]
  }

  /// JSON has a quote or a brace behind the first brace; UBJ a marker.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    var isOpen = false
    for byte in bytes {
      if [0x20, 0x09, 0x0A, 0x0D].contains(byte) { continue }
      if isOpen { return byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "}") }
      isOpen = true
    }
    return true
  }

  func model(_ digest: String) throws(ModelProblem) -> Model {
    let objective = try learner["objective"]["name"]
    let link = try XGBoostObjective.link(objective)
    let parameters = try learner["learner_model_param"]
    let features = try parameters["num_feature"].integer(in: 0...Limits.features)
    let classes = try parameters.optional("num_class")?.integer(in: 0...Limits.classes) ?? 0
    let targets = try parameters.optional("num_target")?.integer(in: 0...Limits.classes) ?? 1
    let groups = max(1, classes, targets)
    if link == .softmax, classes < 2 {
      throw try parameters["num_class"].problem("`\(try objective.text())` has two classes or more")
    }
    var starts = try starts(parameters["base_score"], try objective.text(), groups)
    let booster = try Booster(learner["gradient_booster"], features: features, groups: groups)
    // A linear booster of several outputs starts all of them from the first base score.
    if booster.isLinear { starts = Array(repeating: starts[0], count: groups) }
    let outputs = (0..<groups).map { group in
      ModelOutput(
        start: Double(Float(starts[group]) + booster.biases[group]), form: booster.forms[group])
    }
    return Model(
      format: .xgboost, digest: digest, precision: .single,
      inputs: try inputs(features, booster.categories), outputs: outputs, link: link,
      objective: try objective.text())
  }

  /// A number, or from 3.1 on a list in a text: `[5E-1]`, one for each output.
  private func starts(
    _ place: DocumentPlace, _ objective: String, _ groups: Int
  ) throws(ModelProblem) -> [Double] {
    var scores: [Double] = []
    if case .text(let text) = place.value, text.hasPrefix("["), text.hasSuffix("]") {
      for part in text.dropFirst().dropLast().split(separator: ",") {
        let digits = part.filter { $0 != " " }
        guard let score = Double(digits) else { throw place.problem("`\(digits)` is no number") }
        scores.append(score)
      }
    } else {
      scores = [try place.number()]
    }
    guard scores.count == 1 || scores.count == groups else {
      throw place.problem("there are \(scores.count) base scores for \(groups) outputs")
    }
    var margins: [Double] = []
    for score in scores {
      margins.append(
        Double(Float(try XGBoostObjective.margin(ofBase: score, objective, at: place))))
    }
    return margins.count == groups ? margins : Array(repeating: margins[0], count: groups)
  }

  private func inputs(
    _ count: Int, _ categories: [ModelInput.Kind?]
  ) throws(ModelProblem) -> [ModelInput] {
    func words(_ key: String) throws(ModelProblem) -> [String] {
      guard let place = try learner.optional(key) else { return [] }
      var words: [String] = []
      for element in try place.list() { words.append(try element.text()) }
      guard words.isEmpty || words.count == count else {
        throw place.problem("there are \(words.count) for \(count) features")
      }
      return words
    }
    let names = try words("feature_names")
    let types = try words("feature_types")
    guard Set(names).count == names.count else {
      throw ModelProblem("a name stands twice", at: "learner.feature_names")
    }
    return (0..<count).map { feature in
      var kind = ModelInput.Kind.number
      if feature < types.count, types[feature] == "c" { kind = .category }
      if feature < categories.count, let known = categories[feature] { kind = known }
      return ModelInput(name: names.isEmpty ? nil : names[feature], kind: kind)
    }
  }
}
