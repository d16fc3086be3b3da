import C360Columns
import C360Plan
import C360Semantics

extension Lowering {
  /// The draws of moments, each once.
  func drawColumn(_ hash: DrawStep.Hash, at moments: Moments) -> ColumnID {
    if requests.draws[moments.relation] == nil {
      requests.draws[moments.relation] = MomentRequests.DrawLookup(moments: moments)
      requests.drawOrder.append(moments.relation)
    }
    let known = requests.draws[moments.relation]?.draws.first { $0.0 == hash }
    if let known { return known.1 }
    let name =
      switch hash {
      case .arm(let salt): "draw of salt \"\(salt)\""
      case .layer(let layer): "draw of layer \"\(layer)\""
      case .member(let composition, _, _, _): "draw of \(composition)"
      }
    let column = addColumn(name, .float, in: moments.relation, nullable: false)
    requests.draws[moments.relation]?.draws.append((hash, column))
    return column
  }

  func drawStep(_ relation: RelationID) -> DrawStep? {
    requests.draws[relation].map {
      DrawStep(frame: relation, key: $0.moments.key, draws: $0.draws)
    }
  }

  /// Where the arms lie: of the stretch of each the first part is in.
  func intervals(_ assignment: Assignment) -> [(lower: Double, upper: Double)] {
    assignment.stretches.map { lower, upper in
      (lower, assignment.ramp == 1 ? upper : lower + (upper - lower) * assignment.ramp)
    }
  }

  /// The name of the arm in which the entity is at each moment; null for none.
  func arm(_ id: AssignmentID, at moments: Moments) -> ScalarID {
    let assignment = program[id]
    let draw = scalar(drawColumn(.arm(salt: assignment.salt), at: moments))
    var value = scalars.null(.text)
    for (arm, interval) in zip(assignment.arms, intervals(assignment)).reversed() {
      let isIn = within(draw, interval.lower, interval.upper)
      value = scalars.add(
        .select, [isIn, scalars.constant(.text(arm.name), .text), value], .text)
    }
    guard let takesPart = takesPart(in: id, at: moments) else { return value }
    return scalars.add(.select, [takesPart, value, scalars.null(.text)], .text)
  }

  /// Whether an entity is of those among whom the experiment draws: in its time, in its slot of a layer,
  /// in the arm that it stands within. nil: always.
  func takesPart(in id: AssignmentID, at moments: Moments) -> ScalarID? {
    let assignment = program[id]
    var conditions: [ScalarID] = []
    let time = scalar(moments.time)
    if let from = assignment.from {
      conditions.append(
        scalars.add(.lessEqual, [scalars.constant(.int(from), .int64), time], .bool))
    }
    if let through = assignment.through {
      conditions.append(
        scalars.add(.lessEqual, [time, scalars.constant(.int(through), .int64)], .bool))
    }
    if let layer = assignment.layer {
      let draw = scalar(drawColumn(.layer(layer.name), at: moments))
      conditions.append(within(draw, layer.lower, layer.upper))
    }
    if let outer = assignment.within {
      let name = program[outer.assignment].arms[outer.arm].name
      let same = scalars.add(
        .equal, [arm(outer.assignment, at: moments), scalars.constant(.text(name), .text)], .bool)
      conditions.append(
        scalars.add(.coalesce, [same, scalars.constant(.bool(false), .bool)], .bool))
    }
    return conditions.dropFirst().reduce(conditions.first) { left, right in
      left.map { scalars.add(.and, [$0, right], .bool) }
    }
  }

  /// Whether a number is in [lower, upper).
  private func within(_ number: ScalarID, _ lower: Double, _ upper: Double) -> ScalarID {
    func constant(_ value: Double) -> ScalarID {
      scalars.constant(.float(bits: value.bitPattern), .float64)
    }
    return scalars.add(
      .and,
      [
        scalars.add(.lessEqual, [constant(lower), number], .bool),
        scalars.add(.less, [number, constant(upper)], .bool),
      ], .bool)
  }
}
