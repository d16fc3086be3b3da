import C360Models
import C360Semantics

extension ReferenceInterpreter {
  func value(_ expression: Expression, _ scope: Scope) throws(ReferenceError) -> Value {
    try evaluate(expression, scope).get()
  }

  func evaluate(_ expression: Expression, _ scope: Scope) -> Evaluated {
    if let moved = scope.moved, Stability.Target(expression) == moved.target {
      var still = scope
      still.moved = nil
      return evaluate(moved.value, still)
    }
    switch expression.kind {
    case .literal(let value): return .success(value)
    case .parameter(let id): return .success(program.parameters[id.index].value)
    case .accumulator: return .success(scope.accumulator)
    case .decisionTime: return .success(.time(scope.time))
    case .tableColumn(_, let column): return .success(scope.row?[column] ?? .null)
    case .profileColumn(let id, let column): return .success(profileColumn(id, column, scope))
    case .actionColumn(_, let column): return .success(scope.action?[column] ?? .null)
    case .exposureColumn(_, let column):
      return .success(scope.exposure?.row.values[column] ?? .null)
    case .kept: return .success(.bool(scope.exposure?.row.isKept ?? false))
    case .outcome(_, _, let body): return outcome(body, scope)
    case .feature(let id): return evaluate(program[id].expression, scope)
    case .score(let id): return evaluate(program[id].expression, scope)
    case .call(let function, let arguments):
      return attempt { () throws(ReferenceError) in
        var values: [Value] = []
        for argument in arguments { values.append(try value(argument, scope)) }
        return try call(function, values, in: expression)
      }
    case .model(let sum, let inputs):
      return attempt { () throws(ReferenceError) in
        var row: [Int: Double] = [:]
        for (feature, input) in zip(sum.output.used, inputs) {
          row[feature] = try value(input, scope).double
        }
        return .float(modelSum(sum.model, sum.output, row))
      }
    case .and(let left, let right):
      return kleene(evaluate(left, scope), evaluate(right, scope), decidedBy: false)
    case .or(let left, let right):
      return kleene(evaluate(left, scope), evaluate(right, scope), decidedBy: true)
    case .not(let operand):
      return evaluate(operand, scope).map { $0.isNull ? .null : .bool(!$0.isTrue) }
    case .conditional(let condition, let yes, let no):
      return evaluate(condition, scope).flatMap { evaluate($0.isTrue ? yes : no, scope) }
    case .coalesce(let left, let right):
      return evaluate(left, scope).flatMap { $0.isNull ? evaluate(right, scope) : .success($0) }
    case .isNull(let operand): return evaluate(operand, scope).map { .bool($0.isNull) }
    case .isIn(let operand, let constants):
      return evaluate(operand, scope).map { value in
        value.isNull ? .null : .bool(constants.contains { isEqual(value, $0) })
      }
    case .aggregate(let aggregate):
      return attempt { () throws(ReferenceError) in
        try self.aggregate(aggregate, in: expression, scope)
      }
    case .coverage(let window): return .success(.float(coverage(window, scope)))
    case .arm(let id): return .success(arm(id, scope.entity, scope.time).map { .text($0) } ?? .null)
    case .consent(let question): return .success(.bool(isHeld(question, scope)))
    case .throughout(let condition, let length): return held(condition, throughout: length, scope)
    case .confidence(let identity): return .success(confidence(identity, scope))
    case .queryColumn(let column): return .success(scope.cells[column])
    case .rowAggregate(let aggregate):
      return attempt { () throws(ReferenceError) in
        try rowAggregate(aggregate, in: expression, scope)
      }
    case .decision(let column):
      if let candidate = scope.candidate, let value = candidateColumn(column, candidate) {
        return .success(value)
      }
      return .success(scope.decision.map { decisionColumn(column, $1, $0) } ?? .null)
    }
  }

  /// False `and` anything is false, true `or` anything is true, errors and nulls included.
  func kleene(_ left: Evaluated, _ right: Evaluated, decidedBy value: Bool) -> Evaluated {
    for side in [left, right] {
      if case .success(.bool(value)) = side { return side }
    }
    return left.flatMap { left in right.map { left.isNull ? left : $0 } }
  }

  /// Null as a whole when one of its windows runs past what its table has observed, whatever a branch
  /// would decide (semantics.md O3).
  private func outcome(_ body: Expression, _ scope: Scope) -> Evaluated {
    followingWindows(in: body).allSatisfy { isObserved($0, scope) }
      ? evaluate(body, scope) : .success(.null)
  }

  private func followingWindows(in expression: Expression) -> [Aggregate] {
    if case .aggregate(let aggregate) = expression.kind, case .following = aggregate.window {
      return [aggregate]
    }
    let parts: [Expression] =
      switch expression.kind {
      case .call(_, let arguments), .model(_, let arguments): arguments
      case .and(let left, let right), .or(let left, let right), .coalesce(let left, let right):
        [left, right]
      case .conditional(let condition, let yes, let no): [condition, yes, no]
      case .not(let operand), .isNull(let operand), .isIn(let operand, _): [operand]
      case .outcome(_, _, let body): [body]
      default: []
      }
    return parts.flatMap { followingWindows(in: $0) }
  }
}

func attempt(_ body: () throws(ReferenceError) -> Value) -> Evaluated {
  do throws(ReferenceError) { return .success(try body()) } catch { return .failure(error) }
}

/// `==` of two values that are not null: floats follow IEEE.
func isEqual(_ left: Value, _ right: Value) -> Bool {
  if left.isNull || right.isNull { return false }
  if let a = left.double, let b = right.double, left.integer == nil || right.integer == nil {
    return a == b
  }
  return compare(left, right) == 0
}
