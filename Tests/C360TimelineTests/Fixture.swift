import C360Columns
import C360Plan

@testable import C360Engine

/// A seeded generator, so that a failing case can be run again.
struct Random {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}

extension Array {
  func shuffled(_ random: inout Random) -> [Element] {
    var result = self
    for index in stride(from: result.count - 1, to: 0, by: -1) {
      result.swapAt(index, random.below(index + 1))
    }
    return result
  }
}

/// Tables of scalars turned into a plan and a state.
struct Fixture {
  var plan = Plan()
  let pool = TextPool()
  private var vectors: [(ColumnID, Vector)] = []
  private var rowCounts: [(RelationID, Int)] = []

  mutating func relation(_ name: String, rows: Int) -> RelationID {
    let relation = plan.addRelation(name)
    rowCounts.append((relation, rows))
    return relation
  }

  mutating func column(
    _ name: String, _ type: LogicalType, in relation: RelationID, _ values: [Scalar]
  ) -> ColumnID {
    let id = plan.addColumn(name, type, in: relation, nullable: true)
    vectors.append((id, vector(type.physical, values, pool)))
    return id
  }

  /// A column that a step fills.
  mutating func output(_ name: String, _ type: LogicalType, in relation: RelationID) -> ColumnID {
    plan.addColumn(name, type, in: relation, nullable: true)
  }

  var state: ExecutionState {
    var state = ExecutionState(plan: plan)
    for (relation, rows) in rowCounts { state.relations[relation] = Relation(rowCount: rows) }
    for (column, vector) in vectors { state.set(column, vector) }
    return state
  }

  func context(threads: Int = 1) -> ExecutionContext {
    ExecutionContext(threads: threads, pool: pool)
  }
}

func vector(_ type: PhysicalType, _ values: [Scalar], _ pool: TextPool) -> Vector {
  let buffer = Buffer(byteCount: values.count * type.stride)
  let validity = Buffer(byteCount: values.count)
  var hasNulls = false
  for (row, value) in values.enumerated() {
    validity.elements(UInt8.self)[row] = value == .null ? 0 : 1
    hasNulls = hasNulls || value == .null
    switch type {
    case .bool: buffer.elements(UInt8.self)[row] = value == .bool(true) ? 1 : 0
    case .int64:
      if case .int(let number) = value {
        buffer.elements(Int64.self)[row] = number
      } else {
        buffer.elements(Int64.self)[row] = 0
      }
    case .float64:
      if case .float(let number) = value {
        buffer.elements(Double.self)[row] = number
      } else {
        buffer.elements(Double.self)[row] = 0
      }
    case .text:
      if case .text(let text) = value {
        buffer.elements(Int32.self)[row] = pool.intern(text)
      } else {
        buffer.elements(Int32.self)[row] = 0
      }
    case .vector, .list: preconditionFailure("no scenario has vectors or lists")
    }
  }
  return Vector(
    type: type, count: values.count, values: buffer, validity: hasNulls ? validity : nil)
}

extension Vector {
  /// The values as scalars; NaN is the canonical one.
  func scalars(_ pool: TextPool) -> [Scalar] {
    (0..<count).map { row in
      if isNull(row) { return .null }
      switch type {
      case .bool: return .bool(bools[row] != 0)
      case .int64: return .int(int64s[row])
      case .float64: return .float(float64s[row].isNaN ? .nan : float64s[row])
      default: return scalar(row, texts: pool)
      }
    }
  }
}
