import C360Columns
import C360Diagnostics
import C360Models
import C360Plan
import C360Semantics

/// Whose row an expression is lowered for.
struct Scope {
  /// The relation whose columns its scalars read.
  var relation: RelationID
  /// Absent where no entity and time is at hand (rows of actions, results of queries); of events
  /// `moments(of:)` makes them when they are asked for.
  var moments: Moments?
  /// The table whose rows are at hand.
  var table: TableID?
  var frame: Frame?
  /// The decision among whose candidate actions one is at hand.
  var decision: Decision?
  /// The decision whose result is at hand.
  var decided: Decision?
  /// The same of a composition.
  var composed: ComposedDecision?
  /// Columns of the previous stage of a query.
  var queryColumns: [ScalarID] = []
  /// Where aggregates over the rows of a group go.
  var group: GroupRequests?
  /// The value so far, in the step of a fold.
  var accumulator: ScalarID?
  /// What stands elsewhere than it is.
  var moved: Moved?
}

extension Lowering {
  func frameScope(_ frame: Frame) -> Scope {
    Scope(
      relation: frame.relation,
      moments: Moments(
        relation: frame.relation, key: frame.key, time: frame.time, timezone: program.timezone),
      frame: frame)
  }

  /// A scalar that has the value of the expression at each row of the scope.
  func lower(_ expression: Expression, _ scope: Scope) -> ScalarID {
    if let moved = scope.moved, Stability.Target(expression) == moved.target {
      return lower(moved.value, scope.unmoved)
    }
    let type = expression.type.physical
    switch expression.kind {
    case .literal(let value): return scalars.constant(value.constant, type)
    case .parameter(let id):
      return scalars.constant(program.parameters[id.index].value.constant, type)
    case .call(let function, let arguments):
      return call(function, arguments, expression, scope)
    case .model(let sum, let inputs):
      return scalars.add(.model(sum), inputs.map { lower($0, as: .float, scope) }, type)
    case .and, .or, .not, .conditional, .coalesce, .isNull, .isIn:
      return logic(expression, scope)
    case .decisionTime, .accumulator, .tableColumn, .profileColumn, .actionColumn,
      .exposureColumn, .kept, .queryColumn, .consent, .throughout, .confidence, .coverage, .arm:
      return leaf(expression, scope)
    case .outcome(let exposure, let position, let inner):
      return outcome(exposure, position, inner)
    case .feature(let id): return feature(id, scope)
    case .score(let id): return score(id, scope)
    case .aggregate(let aggregate):
      return self.aggregate(aggregate, expression, named: nil, scope)
    case .rowAggregate(let aggregate):
      return rowAggregate(aggregate, expression, scope)
    case .decision(let column): return decisionColumn(column, expression, scope)
    }
  }

  /// Lowers for a place of a known type: a bare `null` takes that type.
  func lower(_ expression: Expression, as type: Type, _ scope: Scope) -> ScalarID {
    if expression.type.base == .null { return scalars.null(type.physical) }
    return lower(expression, scope)
  }

  private func leaf(_ expression: Expression, _ scope: Scope) -> ScalarID {
    switch expression.kind {
    case .decisionTime:
      if let moments = moments(of: scope) { return scalar(moments.time) }
    case .accumulator: if let accumulator = scope.accumulator { return accumulator }
    case .tableColumn(let table, let position):
      if let linked = linkedTables[table], linked.relation == scope.relation {
        return scalar(column(position, of: linked))
      }
      return scalar(column(position, of: rows(table)))
    case .profileColumn(let table, let position):
      if let moments = orderedMoments(of: scope) {
        return profileColumn(table, position, at: moments, scope)
      }
    case .actionColumn(let table, let position):
      return scalar(column(position, of: rows(table)))
    case .exposureColumn(let exposure, let position):
      // `expect` reads the rows of a file before they are put in order.
      if scope.frame == nil { return scalar(column(position, of: rows(exposure))) }
      return scalar(frame(exposure).columns[position])
    case .kept(let exposure): return kept(exposure)
    case .queryColumn(let position): return scope.queryColumns[position]
    case .coverage(let window):
      if let moments = moments(of: scope) { return coverage(window, at: moments) }
    case .confidence(let identity):
      if let moments = orderedMoments(of: scope) {
        return confidence(identity, expression, at: moments, scope)
      }
    case .arm(let id): if let moments = moments(of: scope) { return arm(id, at: moments) }
    case .consent(let question):
      if let moments = moments(of: scope) { return consent(question, at: moments, scope.decision) }
    case .throughout(let condition, let length):
      if let moments = moments(of: scope) { return hold(condition, length, at: moments, scope) }
    default: break
    }
    preconditionFailure("the checker lets \(expression.span.text) stand only where it has a value")
  }

  private func logic(_ expression: Expression, _ scope: Scope) -> ScalarID {
    let type = expression.type.physical
    switch expression.kind {
    case .and(let left, let right):
      return scalars.add(.and, [condition(left, scope), condition(right, scope)], .bool)
    case .or(let left, let right):
      return scalars.add(.or, [condition(left, scope), condition(right, scope)], .bool)
    case .not(let inner): return scalars.add(.not, [condition(inner, scope)], .bool)
    case .conditional(let test, let then, let otherwise):
      let inputs = [
        condition(test, scope), lower(then, as: expression.type, scope),
        lower(otherwise, as: expression.type, scope),
      ]
      return scalars.add(.select, inputs, type)
    case .coalesce(let first, let second):
      let inputs = [
        lower(first, as: expression.type, scope), lower(second, as: expression.type, scope),
      ]
      return scalars.add(.coalesce, inputs, type)
    case .isNull(let inner): return scalars.add(.isNull, [lower(inner, scope)], .bool)
    case .isIn(let inner, let values):
      return scalars.add(.isIn(values.map(\.constant)), [lower(inner, scope)], .bool)
    default: preconditionFailure("not logic")
    }
  }

  private func condition(_ expression: Expression, _ scope: Scope) -> ScalarID {
    lower(expression, as: .bool, scope)
  }

  private func feature(_ id: FeatureID, _ scope: Scope) -> ScalarID {
    let feature = program[id]
    let scope = reaches(feature.expression, scope) ? scope : scope.unmoved
    let key = FeatureKey(
      feature: id, relation: scope.relation,
      actions: feature.actions == nil ? nil : scope.decision?.relation, moved: scope.moved)
    if let known = features[key] { return known }
    let value: ScalarID
    if case .aggregate(let aggregate) = feature.expression.kind {
      value = self.aggregate(aggregate, feature.expression, named: feature.name, scope)
    } else {
      value = lower(feature.expression, scope)
    }
    features[key] = value
    return value
  }

  private func score(_ id: ScoreID, _ scope: Scope) -> ScalarID {
    let score = program[id]
    let scope = reaches(score.expression, scope) ? scope : scope.unmoved
    let key = ScoreKey(
      score: id, relation: scope.relation,
      actions: score.actions == nil ? nil : scope.decision?.relation, moved: scope.moved)
    if let known = scores[key] { return known }
    let value = lower(score.expression, scope)
    scores[key] = value
    return value
  }
}
