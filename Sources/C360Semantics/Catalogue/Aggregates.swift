extension Catalogue {
  /// What the argument of an aggregate may be.
  enum AggregateArgument: Sendable {
    /// `count(orders)` or `count(orders.amount)`.
    case rowsOrAny
    /// `any(orders)`, `any(orders.flag)`
    case rowsOrBool
    case bool
    /// `share(orders where …)`, `streak(orders where …)`
    case condition
    /// int, float of any unit.
    case number
    /// Also durations.
    case binnable
    /// Also durations and vectors.
    case numberOrDuration
    /// Also vectors, element by element.
    case numberOrVector
    case ordered
    case comparable
    case anything
    /// `ratio(a, b)`
    case twoNumbers
    case rows
    /// What lists are made of.
    case element
  }

  enum AggregateResult: Sendable {
    case exactly(Type)
    case likeArgument
    case optionalArgument
    /// int becomes float; units and durations stay; nullable.
    case optionalMean
    case optionalSquare
    case decayed
    case ratio
    case listOfArgument
  }

  /// What an aggregate is told besides its values, and how it is written.
  enum AggregateParameter: Sendable {
    case none
    /// The second argument of `nth`.
    case position
    /// The second argument of `quantile`.
    case probability
    /// `half_life:`
    case halfLife
    /// `alpha:`
    case alpha
    /// `from:` and `step:`
    case fold
    /// The second argument of `top` and `list`.
    case limit
    /// `bounds:`
    case bounds

    var labels: [String] {
      switch self {
      case .none, .position, .probability, .limit: []
      case .bounds: ["bounds"]
      case .halfLife: ["half_life"]
      case .alpha: ["alpha"]
      case .fold: ["from", "step"]
      }
    }

    /// Whether it is an argument without a label.
    var isPositional: Bool {
      switch self {
      case .position, .probability, .limit: true
      default: false
      }
    }
  }

  /// An aggregate over windows of events, or over the rows of a group.
  public struct Aggregation: Sendable {
    public let function: AggregateFunction
    public let signature: String
    public let summary: String
    /// What it is over no events.
    public let whenEmpty: String
    /// Whether it can stand in the `group` of a query.
    public let isOfRows: Bool
    let argument: AggregateArgument
    let result: AggregateResult
    let parameter: AggregateParameter

    /// Whether integers count as the floats nearest to them. Sums, and what is made of sums, take them as
    /// they are.
    var takesFloats: Bool {
      switch parameter {
      case .halfLife, .alpha: true
      case .none, .position, .probability, .fold, .limit, .bounds: false
      }
    }

    init(
      _ function: AggregateFunction, _ parameters: String, _ summary: String, empty: String,
      ofRows: Bool = true, _ argument: AggregateArgument, _ result: AggregateResult,
      _ parameter: AggregateParameter = .none
    ) {
      self.function = function
      self.signature = "\(function.rawValue)(\(parameters))"
      self.summary = summary
      self.whenEmpty = empty
      self.isOfRows = ofRows
      self.argument = argument
      self.result = result
      self.parameter = parameter
    }
  }

  public static let aggregates: [Aggregation] =
    counting + moments + orderings + positions + decayed
    + patterns + lists

  private static let counting: [Aggregation] = [
    Aggregation(
      .count, "events", "How many events, or how many values that are not null.", empty: "0",
      .rowsOrAny, .exactly(.int)),
    Aggregation(
      .any, "events", "Whether there is an event, or one whose value is true.", empty: "false",
      .rowsOrBool, .exactly(.bool)),
    Aggregation(
      .all, "condition", "Whether the value of every event is true.", empty: "true", .bool,
      .exactly(.bool)),
    Aggregation(
      .distinct, "x", "How many different values.", empty: "0", .comparable, .exactly(.int)),
    Aggregation(
      .share, "events where condition", "The share of events for which the condition is true.",
      empty: "null", .condition, .exactly(Type.float.optional)),
    Aggregation(
      .mode, "x", "The most frequent value; ties go to the smaller one.", empty: "null",
      .comparable, .optionalArgument),
    Aggregation(
      .effectiveCount, "events",
      "How many whole events tell as much as these, of which each is the entity's with a probability p: "
        + "(Σp)² / Σp².",
      empty: "0", ofRows: false, .rowsOrAny, .exactly(.float)),
  ]

  private static let moments: [Aggregation] = [
    Aggregation(
      .sum, "x", "The sum, exact and rounded once; of vectors element by element.", empty: "0",
      .numberOrDuration,
      .likeArgument),
    Aggregation(
      .mean, "x",
      "The arithmetic mean, a duration of durations; of vectors element by element.", empty: "null",
      .numberOrDuration, .optionalMean),
    Aggregation(.min, "x", "The smallest value.", empty: "null", .ordered, .optionalArgument),
    Aggregation(.max, "x", "The largest value.", empty: "null", .ordered, .optionalArgument),
    Aggregation(
      .ratio, "a, b", "The sum of a divided by the sum of b.", empty: "null", .twoNumbers, .ratio),
    Aggregation(
      .variance, "x", "The sample variance; null for one value.", empty: "null", .number,
      .optionalSquare),
    Aggregation(
      .standardDeviation, "x", "The sample standard deviation; null for one value.",
      empty: "null", .number, .optionalMean),
    Aggregation(
      .populationVariance, "x", "The population variance.", empty: "null", .number,
      .optionalSquare),
    Aggregation(
      .populationStandardDeviation, "x", "The population standard deviation.", empty: "null",
      .number, .optionalMean),
  ]

  private static let positions: [Aggregation] = [
    Aggregation(
      .first, "x", "The value of the first event.", empty: "null", ofRows: false, .anything,
      .optionalArgument),
    Aggregation(
      .last, "x", "The value of the last event.", empty: "null", ofRows: false, .anything,
      .optionalArgument),
    Aggregation(
      .nth, "x, n", "The value of the nth event from 1; below 0 from the end.", empty: "null",
      ofRows: false, .anything, .optionalArgument, .position),
  ]

  private static let decayed: [Aggregation] = [
    Aggregation(
      .decayedCount, "events, half_life: d", "Events, each halved every half-life.", empty: "0",
      ofRows: false, .rows, .exactly(.float), .halfLife),
    Aggregation(
      .decayedSum, "x, half_life: d", "The sum, each value halved every half-life.", empty: "0",
      ofRows: false, .numberOrVector, .decayed, .halfLife),
    Aggregation(
      .decayedMean, "x, half_life: d", "The mean, each value's weight halved every half-life.",
      empty: "null", ofRows: false, .numberOrVector, .optionalMean, .halfLife),
    Aggregation(
      .ewma, "x, alpha: a",
      "The exponentially weighted mean: the newest value has weight a, all before it 1 - a.",
      empty: "null", ofRows: false, .number, .optionalMean, .alpha),
  ]

  private static let orderings: [Aggregation] = [
    Aggregation(
      .quantile, "x, p", "The value of nearest rank: the ceil(p * n)th smallest of n.",
      empty: "null", .ordered, .optionalArgument, .probability),
    Aggregation(
      .median, "x", "The value of nearest rank for p = 0.5: the lower of two in the middle.",
      empty: "null", .ordered, .optionalArgument),
    Aggregation(
      .entropy, "x", "The entropy of the distribution of values, in nats.", empty: "null",
      .comparable, .exactly(Type.float.optional)),
    Aggregation(
      .approximateDistinct, "x", "About how many different values: HyperLogLog, error 1.6 %.",
      empty: "0", .comparable, .exactly(.int)),
  ]

  private static let lists: [Aggregation] = [
    Aggregation(
      .top, "x, k", "The k most frequent values, the most frequent first; ties to the smaller.",
      empty: "[]", .element, .listOfArgument, .limit),
    Aggregation(
      .list, "x, n", "The last n values in the order of their events.", empty: "[]",
      ofRows: false, .element, .listOfArgument, .limit),
    Aggregation(
      .histogram, "x, bounds: [a, b]",
      "How many values are below a, from a to below b, and so on, and from the last bound on.",
      empty: "zeros", .binnable, .exactly(Type(.list(.int))), .bounds),
  ]

  private static let patterns: [Aggregation] = [
    Aggregation(
      .slope, "x", "The slope of the least squares line over event time, per day.",
      empty: "null", ofRows: false, .number, .optionalMean),
    Aggregation(
      .streak, "events where condition",
      "How many of the newest events in a row the condition is true for.", empty: "0",
      ofRows: false, .condition, .exactly(.int)),
    Aggregation(
      .fold, "events, from: a, step: e",
      "A value that each event in order turns into the step; `acc` in it is the value so far.",
      empty: "from", ofRows: false, .rows, .likeArgument, .fold),
    Aggregation(
      .meanGap, "events", "The mean time from one event to the next.", empty: "null",
      ofRows: false, .rows, .exactly(Type.duration.optional)),
    Aggregation(
      .medianGap, "events", "The median time from one event to the next, by nearest rank.",
      empty: "null", ofRows: false, .rows, .exactly(Type.duration.optional)),
    Aggregation(
      .minGap, "events", "The shortest time from one event to the next.", empty: "null",
      ofRows: false, .rows, .exactly(Type.duration.optional)),
    Aggregation(
      .maxGap, "events", "The longest time from one event to the next.", empty: "null",
      ofRows: false, .rows, .exactly(Type.duration.optional)),
    Aggregation(
      .gapStandardDeviation, "events",
      "The sample standard deviation of the times from one event to the next.", empty: "null",
      ofRows: false, .rows, .exactly(Type.duration.optional)),
  ]
}

extension Catalogue.AggregateArgument {
  /// The words for a complaint, when values of a type are not taken.
  var wanted: String {
    switch self {
    case .rowsOrAny, .anything: "events or a value of them"
    case .rowsOrBool: "events or a condition"
    case .bool: "a condition of type bool"
    case .condition: "events with a condition: `share(orders where …)`"
    case .number, .twoNumbers: "a number"
    case .binnable: "a number or a duration"
    case .numberOrDuration: "a number, a duration or a vector"
    case .numberOrVector: "a number or a vector"
    case .ordered: "a value that has an order"
    case .comparable: "a value that can be compared"
    case .rows: "events"
    case .element: "a value of which there are lists"
    }
  }

  func takes(_ base: Type.Base) -> Bool {
    switch self {
    case .rowsOrAny, .anything: base != .null && base != .calendarSpan
    case .rowsOrBool, .bool: base == .bool
    case .condition, .rows: false
    case .number, .twoNumbers: base.isNumber
    case .binnable: base.isNumber || base == .duration
    case .numberOrDuration: base.isNumber || base == .duration || base.isVector
    case .numberOrVector: base.isNumber || base.isVector
    case .ordered: base.isOrdered
    case .comparable: base.isComparable
    case .element: base.canBeElement
    }
  }

  var takesRows: Bool {
    switch self {
    case .rowsOrAny, .rowsOrBool, .condition, .rows: true
    default: false
    }
  }
}

extension Catalogue.AggregateResult {
  /// The type of the aggregate over values of `argument` (and `second`).
  func type(argument: Type?, second: Type?) -> Type {
    let base = argument?.base ?? .int
    let unit = base.unit ?? .none
    switch self {
    case .exactly(let type): return type
    case .likeArgument: return Type(base)
    case .listOfArgument: return Type(.list(base))
    case .optionalArgument: return Type(base, optional: true)
    case .optionalMean where base.isVector || base == .duration: return Type(base, optional: true)
    case .decayed where base.isVector: return Type(base)
    case .optionalMean: return Type(.float(unit), optional: true)
    case .optionalSquare: return Type(.float(unit * unit), optional: true)
    case .decayed: return Type(.float(unit))
    case .ratio: return Type(.float(unit / (second?.base.unit ?? .none)), optional: true)
    }
  }
}
