/// What `save_model` of lightgbm writes: lines `key=value`, a block for each tree.
struct LightGBMFile {
  /// A block of lines up to the next `Tree=`.
  struct Section {
    /// One-based line at which it starts.
    let line: Int
    var values: [Substring: (text: Substring, line: Int)] = [:]
    var words: Set<Substring> = []

    func problem(_ message: String, _ key: Substring? = nil) -> ModelProblem {
      ModelProblem(message, at: "line \(key.flatMap { values[$0]?.line } ?? line)")
    }

    func text(_ key: Substring) throws(ModelProblem) -> Substring {
      guard let found = values[key] else { throw problem("it has no `\(key)`") }
      return found.text
    }

    func integer(_ key: Substring, in range: ClosedRange<Int>) throws(ModelProblem) -> Int {
      guard let number = Int(try text(key)), range.contains(number) else {
        throw problem(
          "`\(key)` is a whole number from \(range.lowerBound) to \(range.upperBound)", key)
      }
      return number
    }

    func integers(_ key: Substring) throws(ModelProblem) -> [Int] {
      var numbers: [Int] = []
      for part in try text(key).split(separator: " ") {
        guard let number = Int(part) else {
          throw problem("`\(key)` holds `\(part)`, which is no whole number", key)
        }
        numbers.append(number)
      }
      return numbers
    }

    func numbers(_ key: Substring) throws(ModelProblem) -> [Double] {
      var numbers: [Double] = []
      for part in try text(key).split(separator: " ") {
        guard let number = Double(part), !number.isNaN else {
          throw problem("`\(key)` holds `\(part)`, which is no number", key)
        }
        numbers.append(number)
      }
      return numbers
    }
  }

  private var header = Section(line: 1)
  private var trees: [Section] = []
  /// The list behind `pandas_categorical:`, as JSON.
  private var categories: (json: Substring, line: Int)?

  init(_ bytes: [UInt8]) throws(ModelProblem) {
    guard bytes.starts(with: Array("tree".utf8)) else {
      throw ModelProblem("a text model of lightgbm starts with `tree`", at: "line 1")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    var hasEnd = false
    // Behind the trees stands how they were made, where it stands at all up to a line that ends it.
    var isOpen = false
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      if hasEnd {
        if raw == "parameters:" || raw.hasPrefix("feature_importances:") { isOpen = true }
        if raw == "end of parameters" { isOpen = false }
        if raw.hasPrefix("pandas_categorical:") {
          categories = (raw.dropFirst("pandas_categorical:".count), index + 1)
        }
        continue
      }
      if raw == "end of trees" {
        hasEnd = true
        continue
      }
      if raw.hasPrefix("Tree=") {
        guard Int(raw.dropFirst(5)) == trees.count else {
          throw ModelProblem("`Tree=\(trees.count)` is needed here", at: "line \(index + 1)")
        }
        trees.append(Section(line: index + 1))
        continue
      }
      try add(raw, line: index + 1)
    }
    guard hasEnd else { throw ModelProblem("it has no `end of trees`: the file is cut off") }
    guard !isOpen else { throw ModelProblem("it has no `end of parameters`: the file is cut off") }
  }

  private mutating func add(_ raw: Substring, line: Int) throws(ModelProblem) {
    if raw.isEmpty { return }
    let parts = raw.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let section = trees.isEmpty ? header : trees[trees.count - 1]
    if parts.count == 2, section.values[parts[0]] != nil {
      throw ModelProblem("`\(parts[0])` stands twice", at: "line \(line)")
    }
    func put(_ section: inout Section) {
      if parts.count == 2 {
        section.values[parts[0]] = (parts[1], line)
      } else {
        section.words.insert(parts[0])
      }
    }
    if trees.isEmpty { put(&header) } else { put(&trees[trees.count - 1]) }
  }

  func model(_ digest: String) throws(ModelProblem) -> Model {
    let version = try header.text("version")
    guard version == "v3" || version == "v4" else {
      throw header.problem(
        "the version `\(version)` of lightgbm's text is not known here", "version")
    }
    let features = try header.integer("max_feature_idx", in: 0...Limits.features - 1) + 1
    let groups = try header.integer("num_tree_per_iteration", in: 1...Limits.classes)
    let link = try link()
    if link == .softmax, groups < 2 {
      throw header.problem("several classes and one tree an iteration", "num_tree_per_iteration")
    }
    guard trees.count % groups == 0 else {
      throw header.problem("there are \(trees.count) trees for \(groups) outputs")
    }
    var grown = [[Tree]](repeating: [], count: groups)
    var nodes = 0
    for (index, section) in trees.enumerated() {
      let tree = try LightGBMTree(section, features: features).tree
      nodes += tree.nodes.count
      guard nodes <= Limits.nodes else { throw section.problem("there are too many nodes") }
      grown[index % groups].append(tree)
    }
    let isMean = header.words.contains("average_output")
    let divisor = isMean ? Double(max(1, trees.count / groups)) : 1
    let outputs = grown.map { trees in
      ModelOutput(
        start: 0, form: .trees(trees, weights: Array(repeating: 1, count: trees.count)))
    }
    return Model(
      format: .lightgbm, digest: digest, precision: .double, inputs: try inputs(features),
      outputs: outputs, divisor: divisor, link: link, objective: objective)
  }

  /// The name alone.
  private var objective: String {
    header.values["objective"].flatMap { $0.text.split(separator: " ").first.map(String.init) }
      ?? "none"
  }

  private func link() throws(ModelProblem) -> Link {
    // Trained with a function of the caller: the maker's predict gives the sum.
    guard let line = header.values["objective"] else { return .identity }
    let parts = line.text.split(separator: " ")
    var scale = 1.0
    for part in parts.dropFirst() where part.hasPrefix("sigmoid:") {
      guard let number = Double(part.dropFirst(8)), number.isFinite, number > 0 else {
        throw header.problem("`\(part)` is no number above 0", "objective")
      }
      scale = number
    }
    switch objective {
    case "regression", "regression_l1", "huber", "fair", "quantile", "mape":
      return parts.dropFirst().contains("sqrt") ? .signedSquare : .identity
    case "lambdarank", "rank_xendcg", "custom", "none": return .identity
    case "poisson", "gamma", "tweedie": return .exponential
    case "binary", "multiclassova": return .logistic(scale: scale)
    case "cross_entropy", "xentropy": return .logistic(scale: 1)
    case "cross_entropy_lambda", "xentlambda": return .softplus
    case "multiclass": return .softmax
    case let other:
      throw header.problem("the objective `\(other)` of lightgbm is not known here", "objective")
    }
  }

  // MARK: Inputs

  private func inputs(_ count: Int) throws(ModelProblem) -> [ModelInput] {
    let names = try header.text("feature_names").split(separator: " ").map(String.init)
    guard names.count == count, Set(names).count == count else {
      throw header.problem("\(count) different names are needed", "feature_names")
    }
    // What lightgbm calls the columns of a bare matrix.
    let hasNames = names != (0..<count).map { "Column_\($0)" }
    let infos = try header.text("feature_infos").split(separator: " ")
    guard infos.count == count else {
      throw header.problem("\(count) entries are needed", "feature_infos")
    }
    // Categories are written `0:1:2`, numbers `[low:high]`, what was constant `none`.
    let categorical = infos.indices.filter { !infos[$0].hasPrefix("[") && infos[$0] != "none" }
    let lists = try categoryLists()
    // With a constant among them nothing tells which list is whose.
    let isKnown = lists.count == categorical.count
    return (0..<count).map { feature in
      var kind = ModelInput.Kind.number
      if let place = categorical.firstIndex(of: feature) {
        kind = isKnown ? lists[place] : .category
      }
      return ModelInput(name: hasNames ? names[feature] : nil, kind: kind)
    }
  }

  /// The categories of pandas' columns; the place in a list is the code.
  private func categoryLists() throws(ModelProblem) -> [ModelInput.Kind] {
    guard let categories else { return [] }
    let place: DocumentPlace
    do throws(ModelProblem) {
      place = DocumentPlace(try JSONDocument.parse(Array(categories.json.utf8)))
    } catch {
      throw ModelProblem("`pandas_categorical`: \(error.message)", at: "line \(categories.line)")
    }
    if case .null = place.value { return [] }
    var kinds: [ModelInput.Kind] = []
    for list in try place.list() {
      if case .numbers(let numbers) = list.value, !numbers.isEmpty {
        kinds.append(Set(numbers).count == numbers.count ? .numbers(numbers) : .category)
        continue
      }
      var texts: [String] = []
      for element in try list.list() {
        if case .text(let text) = element.value { texts.append(text) }
      }
      let isWhole = try texts.count == list.list().count && Set(texts).count == texts.count
      kinds.append(isWhole && !texts.isEmpty ? .texts(texts) : .category)
    }
    return kinds
  }
}
