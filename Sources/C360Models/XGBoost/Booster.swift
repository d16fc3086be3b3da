/// `gradient_booster` of an xgboost file: trees, trees with weights of their own, or a linear model.
struct Booster {
  /// One for each output.
  let forms: [ModelOutput.Form]
  let isLinear: Bool
  /// What each output adds to its start.
  let biases: [Float]
  /// By feature, where the file knows its categories.
  let categories: [ModelInput.Kind?]

  init(_ place: DocumentPlace, features: Int, groups: Int) throws(ModelProblem) {
    let name = try place["name"]
    var biases = [Float](repeating: 0, count: groups)
    switch try name.text() {
    case "gbtree":
      (forms, categories) = try Self.trees(place["model"], nil, features: features, groups: groups)
    case "dart":
      (forms, categories) = try Self.trees(
        place["gbtree"]["model"], place["weight_drop"], features: features, groups: groups)
    case "gblinear":
      let weights = try Self.weights(place["model"]["weights"], features, groups)
      forms = (0..<groups).map { group in
        .linear((0..<features).map { weights[$0 * groups + group] })
      }
      // The bias of each output stands behind the weights.
      for group in 0..<groups { biases[group] = Float(weights[features * groups + group]) }
      categories = []
    case let other: throw name.problem("the booster `\(other)` of xgboost is not known here")
    }
    self.biases = biases
    isLinear = try name.text() == "gblinear"
  }

  private static func weights(
    _ place: DocumentPlace, _ features: Int, _ groups: Int
  ) throws(ModelProblem) -> [Double] {
    let weights = try place.numbers().map { Double(Float($0)) }
    guard weights.count == (features + 1) * groups else {
      throw place.problem(
        "\((features + 1) * groups) weights are needed, and there are \(weights.count)")
    }
    return weights
  }

  private static func trees(
    _ model: DocumentPlace, _ weightPlace: DocumentPlace?, features: Int, groups: Int
  ) throws(ModelProblem) -> ([ModelOutput.Form], [ModelInput.Kind?]) {
    let places = try model["trees"].list()
    let owners = try model["tree_info"].integers()
    guard owners.count == places.count, owners.allSatisfy({ (0..<groups).contains($0) }) else {
      throw try model["tree_info"].problem(
        "an output from 0 to \(groups - 1) is needed for each tree")
    }
    let weights = try weightPlace?.numbers()
    if let weights, weights.count != places.count, let weightPlace {
      throw weightPlace.problem("a weight is needed for each tree")
    }
    var trees = [[Tree]](repeating: [], count: groups)
    var shares = [[Double]](repeating: [], count: groups)
    var nodes = 0
    for (index, place) in places.enumerated() {
      let tree = try XGBoostTree(place, features: features).tree
      nodes += tree.nodes.count
      guard nodes <= Limits.nodes else { throw place.problem("there are too many nodes") }
      trees[owners[index]].append(tree)
      shares[owners[index]].append(weights.map { Double(Float($0[index])) } ?? 1)
    }
    let forms = zip(trees, shares).map { ModelOutput.Form.trees($0, weights: $1) }
    return (forms, try categories(model))
  }

  /// From 3.1 on: the categories of each feature, texts one behind the other as bytes.
  private static func categories(_ model: DocumentPlace) throws(ModelProblem) -> [ModelInput.Kind?]
  {
    guard let list = try model.optional("cats")?.optional("enc")?.list() else { return [] }
    var kinds: [ModelInput.Kind?] = []
    for place in list { kinds.append(try kind(place)) }
    return kinds
  }

  private static func kind(_ place: DocumentPlace) throws(ModelProblem) -> ModelInput.Kind? {
    let values = try place["values"].numbers()
    guard let offsetsPlace = try place.optional("offsets") else {
      guard Set(values).count == values.count else {
        throw place.problem("a category stands twice")
      }
      return values.isEmpty ? nil : .numbers(values)
    }
    let offsets = try offsetsPlace.integers()
    if offsets.isEmpty { return nil }
    var bytes: [UInt8] = []
    for value in values {
      guard let byte = UInt8(exactly: value) ?? Int8(exactly: value).map({ UInt8(bitPattern: $0) })
      else { throw place.problem("texts are bytes") }
      bytes.append(byte)
    }
    guard offsets[0] == 0, offsets.last == bytes.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw offsetsPlace.problem("the ends of the texts do not ascend") }
    var texts: [String] = []
    for (start, end) in zip(offsets, offsets.dropFirst()) {
      guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
        // Python's package (3.1 and 3.2) takes the number of characters for that of bytes: it writes too few,
        // and at wrong places one text ends and the next begins.
        throw place.problem(
          "xgboost has cut its category texts, which are not ASCII, so that they cannot be told apart: train "
            + "on texts in ASCII, or on numbers")
      }
      texts.append(text)
    }
    guard Set(texts).count == texts.count else { throw place.problem("a category stands twice") }
    return texts.isEmpty ? nil : .texts(texts)
  }
}
