/// A model out of a file: what it reads, the sums that it makes, and how its maker turns them into a
/// prediction. One for each reading of a file; equal when the files are.
public final class Model: Sendable {
  public enum Format: String, Sendable { case xgboost, lightgbm, onnx }

  /// The precision in which the maker compares inputs and adds leaves.
  public enum Precision: Sendable { case single, double }

  public let format: Format
  /// Of the bytes of the file.
  public let digest: String
  public let precision: Precision
  /// In the order of the file.
  public let inputs: [ModelInput]
  /// One; or one for each class.
  public let outputs: [ModelOutput]
  /// What sums are divided by before the link: the number of trees of a mean. Raw sums are not.
  public let divisor: Double
  public let link: Link
  /// Of the maker's objective, for people.
  public let objective: String

  init(
    format: Format, digest: String, precision: Precision, inputs: [ModelInput],
    outputs: [ModelOutput], divisor: Double = 1, link: Link, objective: String
  ) {
    self.format = format
    self.digest = digest
    self.precision = precision
    self.inputs = inputs
    self.outputs = outputs
    self.divisor = divisor
    self.link = link
    self.objective = objective
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: of the file, of any content.
  ///   - digest: of the bytes; models of equal digest and format are equal.
  /// - Throws: what is wrong with the file, or what of it is not known here, by name.
  public static func read(
    _ bytes: [UInt8], as format: Format, digest: String
  ) throws(ModelProblem) -> Model {
    switch format {
    case .xgboost: try XGBoostFile(bytes).model(digest)
    case .lightgbm: try LightGBMFile(bytes).model(digest)
    case .onnx: try ONNXFile(bytes).model(digest)
    }
  }
}

extension Model: Hashable {
  public static func == (left: Model, right: Model) -> Bool {
    left === right || left.digest == right.digest && left.format == right.format
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// What a model reads.
public struct ModelInput: Sendable {
  public enum Kind: Sendable, Hashable {
    case number
    /// The code of a category, from 0.
    case category
    /// The place of a text in this list is its code.
    case texts([String])
    /// The place of a number in this list is its code.
    case numbers([Double])
  }
  /// nil in files without names.
  public let name: String?
  public let kind: Kind

  init(name: String?, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

/// How sums become the prediction.
public enum Link: Sendable, Hashable {
  case identity
  case exponential
  /// 1 / (1 + exp(−scale · x)), of each output by itself.
  case logistic(scale: Double)
  /// exp(xᵢ) / Σ exp(xⱼ)
  case softmax
  /// 1 where x > 0, else 0
  case hinge
  /// ln(1 + exp(x))
  case softplus
  /// sign(x) · x²
  case signedSquare
}

/// One sum of a model.
public struct ModelOutput: Sendable {
  public enum Form: Sendable {
    /// Start, then the leaf of each tree times its weight, in order, in the precision of the model.
    case trees([Tree], weights: [Double])
    /// Σ weight · input; a missing input counts nothing.
    case linear([Double])
  }
  public let start: Double
  public let form: Form
  /// Inputs that the sum depends on, ascending.
  public let used: [Int]

  init(start: Double, form: Form) {
    self.start = start
    self.form = form
    switch form {
    case .linear(let weights): used = weights.indices.filter { weights[$0] != 0 }
    case .trees(let trees, _):
      var found = Set<Int>()
      for tree in trees {
        for node in tree.nodes { if let feature = node.test.feature { found.insert(feature) } }
      }
      used = found.sorted()
    }
  }
}

/// A binary tree; the root is node 0, and every other node is the child of exactly one.
public struct Tree: Sendable {
  public struct Node: Sendable {
    public let test: Test
    /// Places of the children; 0 for leaves.
    public let left: Int
    public let right: Int
  }

  public enum Test: Sendable {
    case leaf(Double)
    /// Left when value < threshold, or with `orEqual` value ≤ threshold.
    case number(feature: Int, threshold: Double, orEqual: Bool, missing: Missing)
    /// Left when `members` has the code equals `membersLeft`; what is no code is no member.
    case category(feature: Int, members: CategorySet, membersLeft: Bool, missingLeft: Bool)

    var feature: Int? {
      switch self {
      case .leaf: nil
      case .number(let feature, _, _, _), .category(let feature, _, _, _): feature
      }
    }
  }

  /// Which values are missing, and where they go. Null inputs are NaN.
  public enum Missing: UInt8, Sendable, Hashable {
    /// NaN is.
    case left, right
    /// NaN is, and what is nearer to 0 than 1e-35 or as near.
    case zeroLeft, zeroRight
    /// Nothing is: NaN is compared as 0.
    case asZero
  }

  /// What lightgbm takes for 0.
  public static let zeroBound = Double(Float(1e-35))

  public let nodes: [Node]
  /// Splits on the longest way down.
  public let depth: Int
}

/// A set of category codes.
public struct CategorySet: Sendable {
  /// Bit c % 32 of word c / 32 tells of code c.
  public let words: [UInt32]

  public func contains(_ code: Int) -> Bool {
    let word = code >> 5
    return code >= 0 && word < words.count && words[word] >> UInt32(code & 31) & 1 != 0
  }
}

extension Tree {
  /// Checks that nodes form one tree.
  ///
  /// - Throws: when a child does not exist, a node is reached twice or not at all, or a way is too long.
  init(_ nodes: [Node]) throws(ModelProblem) {
    guard !nodes.isEmpty else { throw ModelProblem("a tree has no nodes") }
    var seen = [Bool](repeating: false, count: nodes.count)
    var open = [(0, 0)]
    var longest = 0
    var reached = 0
    while let (node, depth) = open.popLast() {
      guard nodes.indices.contains(node) else {
        throw ModelProblem("a tree has a child \(node) that is no node of it")
      }
      guard !seen[node] else { throw ModelProblem("a tree reaches its node \(node) twice") }
      seen[node] = true
      reached += 1
      longest = max(longest, depth)
      if case .leaf = nodes[node].test { continue }
      guard depth < Limits.treeDepth else {
        throw ModelProblem("a tree is deeper than \(Limits.treeDepth)")
      }
      open.append((nodes[node].left, depth + 1))
      open.append((nodes[node].right, depth + 1))
    }
    self.nodes = nodes
    depth = longest
  }
}

extension Model {
  /// Whether the text of a category is not all ASCII.
  public var hasForeignTexts: Bool {
    inputs.contains { input in
      guard case .texts(let texts) = input.kind else { return false }
      return texts.contains { !$0.utf8.allSatisfy { $0 < 0x80 } }
    }
  }
}
