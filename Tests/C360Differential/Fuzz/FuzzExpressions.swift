/// A piece of script text with its type.
struct Piece {
  var text: String
  var kind: Kind
  var isOptional = false
  /// Whether all hosts agree on its bits; `exp` and its like do not promise that.
  var isExact = true
  /// Whether it can stand as an operand.
  var isAtom = true

  var operand: String { isAtom ? text : "(\(text))" }
}

/// Draws typed expressions over the pieces in scope.
struct ExpressionMaker {
  var random: SplitMix
  let mayFail: Bool
  /// Length of a step of the data's grid, as a literal.
  let step: String
  /// Whether anything may tell one calendar cycle from another.
  let showsYears: Bool
  /// µs by which literal times are moved.
  let shift: Int64

  mutating func expression(_ kind: Kind, _ depth: Int, _ scope: [Piece]) -> Piece {
    // The value so far of a fold is a number, in numbers alone.
    let scope = kind == .vector || kind == .list ? scope.filter { $0.text != "acc" } : scope
    let atoms = scope.filter { $0.kind == kind && $0.isExact }
    if depth <= 0 || random.chance(0.25) {
      return atoms.isEmpty || random.chance(0.15) ? literal(kind) : random.pick(atoms)
    }
    if random.chance(0.15) { return conditional(kind, depth, scope) }
    if random.chance(0.05) { return cases(kind, depth, scope) }
    if random.chance(0.1) { return coalesced(expression(kind, depth - 1, scope), depth, scope) }
    switch kind {
    case .vector: return vector(depth, scope)
    case .list: return atoms.isEmpty ? literal(.list) : random.pick(atoms)
    case .bool: return condition(depth, scope)
    case .int: return integer(depth, scope)
    case .float: return number(depth, scope)
    case .text: return text(depth, scope)
    case .time:
      let time = expression(.time, depth - 1, scope)
      if random.chance(0.2) {
        let span = random.pick(["1mo", "1q", "1y", "13mo"])
        return binary(time, random.pick(["+", "-"]), Piece(text: span, kind: .duration), .time)
      }
      if random.chance(0.2) { return call("start_of_day", [call("date", [time], .time)], .time) }
      return binary(time, random.pick(["+", "-"]), expression(.duration, depth - 1, scope), .time)
    case .duration:
      if random.chance(0.5), atoms.isEmpty || scope.contains(where: { $0.kind == .time }) {
        return binary(
          expression(.time, depth - 1, scope), "-", expression(.time, depth - 1, scope), .duration)
      }
      return binary(
        expression(.duration, depth - 1, scope), random.pick(["+", "-"]),
        expression(.duration, depth - 1, scope), .duration)
    }
  }

  /// Without null.
  mutating func total(_ kind: Kind, _ depth: Int, _ scope: [Piece]) -> Piece {
    let piece = expression(kind, depth, scope)
    guard piece.isOptional else { return piece }
    return Piece(text: "\(piece.operand) ?? \(literal(kind).text)", kind: kind, isAtom: false)
  }

  mutating func literal(_ kind: Kind) -> Piece {
    let text: String
    switch kind {
    case .bool: text = random.pick(["true", "false"])
    case .int: text = String(random.number(0...5))
    case .float: text = random.pick(["0.5", "2.0", "1e-3", "10.0", "0.1"])
    case .text: text = random.pick(["\"a\"", "\"b\"", "\"zz\""])
    case .time: text = timeLiteral(random.pick([0, 1_774_747_800_000_000]) + shift)
    case .duration: text = random.pick(["1h", "36h", "2d", step])
    case .vector:
      let elements = (0..<Kind.width).map { _ in random.pick(["0.5", "-1.5", "3", "0"]) }
      let zeros = "zeros(\(Kind.width))"
      text = random.pick([zeros, "(\(zeros) + [\(elements.joined(separator: ", "))])"])
    case .list: text = random.pick(["[]", "[\"a\"]", "[\"zz\", \"b\"]"])
    }
    return Piece(text: text, kind: kind)
  }

  private func binary(_ left: Piece, _ sign: String, _ right: Piece, _ kind: Kind) -> Piece {
    Piece(
      text: "\(left.operand) \(sign) \(right.operand)", kind: kind,
      isOptional: left.isOptional || right.isOptional, isAtom: false)
  }

  private func call(_ name: String, _ arguments: [Piece], _ kind: Kind) -> Piece {
    Piece(
      text: "\(name)(\(arguments.map(\.text).joined(separator: ", ")))", kind: kind,
      isOptional: arguments.contains(where: \.isOptional))
  }

  private mutating func conditional(_ kind: Kind, _ depth: Int, _ scope: [Piece]) -> Piece {
    let condition = condition(depth - 1, scope)
    let yes = expression(kind, depth - 1, scope)
    let no = expression(kind, depth - 1, scope)
    return Piece(
      text: "if \(condition.operand) then \(yes.operand) else \(no.operand)", kind: kind,
      isOptional: yes.isOptional || no.isOptional, isAtom: false)
  }

  private mutating func cases(_ kind: Kind, _ depth: Int, _ scope: [Piece]) -> Piece {
    let conditions = [condition(depth - 1, scope), condition(depth - 1, scope)]
    let values = (0..<3).map { _ in expression(kind, depth - 1, scope) }
    let branches = zip(conditions, values).map { "\($0.text): \($1.operand)" }
    return Piece(
      text: "case { \(branches.joined(separator: "; ")); else: \(values[2].operand) }", kind: kind,
      isOptional: values.contains(where: \.isOptional), isAtom: false)
  }

  private mutating func coalesced(_ left: Piece, _ depth: Int, _ scope: [Piece]) -> Piece {
    guard left.isOptional else { return left }
    let right = expression(left.kind, depth - 1, scope)
    return Piece(
      text: "\(left.operand) ?? \(right.operand)", kind: left.kind, isOptional: right.isOptional,
      isAtom: false)
  }

  /// A condition that hangs on a piece of the scope where there is one.
  mutating func condition(_ depth: Int, _ scope: [Piece]) -> Piece {
    if depth > 0, random.chance(0.35) {
      let left = condition(depth - 1, scope)
      if random.chance(0.25) {
        return Piece(
          text: "not \(left.operand)", kind: .bool, isOptional: left.isOptional, isAtom: false)
      }
      return binary(left, random.pick(["and", "or"]), condition(depth - 1, scope), .bool)
    }
    let exact = scope.filter(\.isExact)
    guard !exact.isEmpty else { return literal(.bool) }
    let piece = random.pick(exact)
    if piece.isOptional, random.chance(0.2) {
      let test = random.pick(["is null", "is not null"])
      return Piece(text: "\(piece.operand) \(test)", kind: .bool, isAtom: false)
    }
    if piece.kind == .bool { return piece }
    if piece.kind == .vector { return binary(norm(piece), ">", literal(.float), .bool) }
    if piece.kind == .list {
      let text = expression(.text, 0, scope.filter(\.isExact))
      return Piece(
        text: "\(text.operand) in \(piece.operand)", kind: .bool,
        isOptional: text.isOptional || piece.isOptional, isAtom: false)
    }
    if piece.kind == .text, random.chance(0.3) {
      return Piece(
        text: "\(piece.operand) in [\"a\", \"c\"]", kind: .bool, isOptional: piece.isOptional,
        isAtom: false)
    }
    if piece.kind == .int || piece.kind == .float, random.chance(0.15) {
      return Piece(
        text: "\(piece.operand) in 0..3", kind: .bool, isOptional: piece.isOptional, isAtom: false)
    }
    let sign = random.pick(["==", "!=", "<", "<=", ">", ">="])
    let right =
      random.chance(0.6) ? literal(piece.kind) : expression(piece.kind, depth - 1, scope)
    return binary(piece, sign, right, .bool)
  }

  private mutating func integer(_ depth: Int, _ scope: [Piece]) -> Piece {
    let left = expression(.int, depth - 1, scope)
    switch random.number(0...6) {
    case 0, 1:
      return binary(left, random.pick(["+", "-"]), expression(.int, depth - 1, scope), .int)
    case 2: return binary(left, "*", mayFail ? expression(.int, 0, scope) : literal(.int), .int)
    case 3:
      let divisor = mayFail ? expression(.int, 0, scope) : Piece(text: "3", kind: .int)
      return call("mod", [left, divisor], .int)
    case 4:
      let kind = scope.contains { $0.kind == .list } && random.chance(0.3) ? Kind.list : .text
      return call("length", [expression(kind, depth - 1, scope)], .int)
    case 5:
      let parts = ["month", "day", "weekday", "hour", "minute", "quarter"]
      let part = random.pick(parts + (showsYears ? ["year"] : []))
      return call(part, [expression(.time, depth - 1, scope)], .int)
    default: return call(random.pick(["abs", "sign"]), [left], .int)
    }
  }

  private func norm(_ vector: Piece) -> Piece { call("norm", [vector], .float) }

  private mutating func vector(_ depth: Int, _ scope: [Piece]) -> Piece {
    let left = expression(.vector, depth - 1, scope)
    if random.chance(0.3) {
      let factor = Piece(text: random.pick(["2.0", "0.1", "-3"]), kind: .float)
      return binary(left, "*", factor, .vector)
    }
    return binary(left, random.pick(["+", "-"]), expression(.vector, depth - 1, scope), .vector)
  }

  /// A float made of vectors.
  private mutating func product(_ depth: Int, _ scope: [Piece]) -> Piece {
    // A literal alone has no length of its own.
    let vectors = scope.filter { $0.kind == .vector && $0.isExact }
    guard !vectors.isEmpty else { return literal(.float) }
    let left = random.pick(vectors)
    let right = expression(.vector, depth - 1, scope)
    switch random.number(0...3) {
    case 0: return norm(left)
    case 1:
      var piece = call("cosine", [left, right], .float)
      piece.isOptional = true
      return piece
    case 2:
      let place = random.pick(["1", "-1", "\(Kind.width)"])
      return Piece(
        text: "element(\(left.text), \(place))", kind: .float, isOptional: left.isOptional)
    default: return call("dot", [left, right], .float)
    }
  }

  private mutating func number(_ depth: Int, _ scope: [Piece]) -> Piece {
    if random.chance(0.2), scope.contains(where: { $0.kind == .vector }) {
      return product(depth, scope)
    }
    let left = expression(.float, depth - 1, scope)
    switch random.number(0...7) {
    case 0, 1, 2:
      let sign = random.pick(["+", "-", "*", "/"])
      return binary(left, sign, expression(.float, depth - 1, scope), .float)
    case 3: return call("float", [expression(.int, depth - 1, scope)], .float)
    case 4:
      return call(random.pick(["abs", "floor", "ceil", "round", "sqrt", "sign"]), [left], .float)
    case 5:
      let right = expression(.float, depth - 1, scope)
      var piece = call(random.pick(["least", "greatest"]), [left, right], .float)
      piece.isOptional = left.isOptional && right.isOptional
      return piece
    case 6: return call("clamp", [left, literal(.float), Piece(text: "7.5", kind: .float)], .float)
    default:
      let unit = random.pick(["hours", "days"])
      return call(unit, [expression(.duration, depth - 1, scope)], .float)
    }
  }

  private mutating func text(_ depth: Int, _ scope: [Piece]) -> Piece {
    let left = expression(.text, depth - 1, scope)
    switch random.number(0...3) {
    case 0: return binary(left, "+", expression(.text, depth - 1, scope), .text)
    case 1: return call(random.pick(["lower", "upper", "trim"]), [left], .text)
    case 2: return call("text", [expression(.int, depth - 1, scope)], .text)
    default:
      let kind = showsYears ? Kind.time : .duration
      return call("text", [expression(kind, depth - 1, scope)], .text)
    }
  }
}
