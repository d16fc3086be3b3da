/// The types that an argument of a built-in function may have.
enum TypePattern: Sendable {
  case exactly(Type.Base)
  /// A float of any unit.
  case quantity
  /// Any type that can be compared by order.
  case ordered
  case anything
  /// A vector or a list, by rules of their own; the words for people.
  case collection(String)

  func matches(_ base: Type.Base) -> Bool {
    switch self {
    case .exactly(let wanted): base == wanted
    case .quantity: base.unit != nil
    case .ordered: base.isOrdered
    case .anything: base != .null && base != .calendarSpan && !base.isCollection
    case .collection: false
    }
  }

  var description: String {
    switch self {
    case .exactly(let base): base.description
    case .quantity: "number"
    case .ordered: "T"
    case .anything: "any"
    case .collection(let words): words
    }
  }
}

/// The type of a call's value, before nulls.
enum ResultPattern: Sendable {
  case exactly(Type.Base)
  case likeFirst
  /// The square root of the unit of the first argument.
  case rootOfFirst
}

/// One way to call a function. All arguments of pattern `ordered` have one type.
struct Overload: Sendable {
  let arguments: [TypePattern]
  let result: ResultPattern
  init(_ arguments: [TypePattern], _ result: ResultPattern) {
    self.arguments = arguments
    self.result = result
  }
}

/// What a function does with null arguments.
public enum NullRule: String, Sendable {
  /// Any null argument gives null.
  case propagates = "null in, null out"
  /// Null arguments are skipped; all null gives null.
  case skips = "nulls are skipped"
  /// Never null.
  case total = "never null"
}

extension Catalogue {
  /// A function of the language that is computed row by row.
  public struct Function: Sendable {
    public let name: String
    /// As shown to people: `clamp(x, low, high)`.
    public let signature: String
    /// One line.
    public let summary: String
    public let nulls: NullRule
    /// `nil` for forms with rules of their own (`consent`, `linear`, …).
    public let builtin: Builtin?
    let overloads: [Overload]
    /// The last argument may be repeated.
    let isVariadic: Bool

    init(
      _ builtin: Builtin, _ parameters: String, _ summary: String, nulls: NullRule = .propagates,
      isVariadic: Bool = false, _ overloads: [Overload]
    ) {
      self.name = builtin.rawValue
      self.signature = "\(builtin.rawValue)(\(parameters))"
      self.summary = summary
      self.nulls = nulls
      self.builtin = builtin
      self.overloads = overloads
      self.isVariadic = isVariadic
    }

    init(form name: String, _ signature: String, _ summary: String, nulls: NullRule) {
      self.name = name
      self.signature = signature
      self.summary = summary
      self.nulls = nulls
      self.builtin = nil
      self.overloads = []
      self.isVariadic = false
    }
  }
}
