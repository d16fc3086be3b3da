import C360Columns
import C360Plan
import Testing

@testable import C360Engine

/// A relation written down in a test, with scalars over it.
final class Table {
  var plan = Plan()
  let relation: RelationID
  let pool = TextPool()
  var vectors: [ColumnID: Vector] = [:]
  var rowCount = 0

  init(_ name: String = "table") { relation = plan.addRelation(name) }

  /// Batch sizes and thread counts that must not show.
  func contexts() -> [ExecutionContext] {
    [(7, 1), (7, 2), (2048, 1), (2048, 2)].map { size, threads in
      ExecutionContext(threads: threads, batchSize: size, pool: pool)
    }
  }

  func state() -> ExecutionState {
    var state = ExecutionState(plan: plan)
    state.relations[relation] = Relation(rowCount: rowCount, columns: vectors)
    return state
  }

  // MARK: Columns

  func add(_ type: LogicalType, _ values: [Scalar], _ name: String = "column") -> ColumnID {
    let isNullable = values.contains(.null)
    let column = plan.addColumn(name, type, in: relation, nullable: isNullable)
    vectors[column] = Self.vector(type.physical, values, pool)
    rowCount = values.count
    return column
  }

  static func vector(_ type: PhysicalType, _ values: [Scalar], _ pool: TextPool) -> Vector {
    // One row of offset, so that nobody forgets it.
    let buffer = Buffer(byteCount: (values.count + 1) * type.stride)
    let validity = Buffer(byteCount: values.count + 1)
    buffer.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: buffer.byteCount)
    let valid = validity.elements(UInt8.self)
    valid.initialize(repeating: 1, count: values.count + 1)
    for (index, value) in values.enumerated() {
      let row = index + 1
      switch value {
      case .null: valid[row] = 0
      case .bool(let value): buffer.elements(UInt8.self)[row] = value ? 1 : 0
      case .int(let value): buffer.elements(Int64.self)[row] = value
      case .float(let value): buffer.elements(Double.self)[row] = value
      case .text(let value): buffer.elements(Int32.self)[row] = pool.intern(value)
      case .vector(let value):
        for (place, element) in value.enumerated() {
          buffer.elements(Double.self)[row * value.count + place] = element
        }
      case .list(let value):
        buffer.elements(Int32.self)[row] = pool.lists.intern(value, texts: pool)
      }
    }
    return Vector(
      type: type, count: values.count, values: buffer,
      validity: values.contains(.null) ? validity : nil, offset: 1)
  }

  func ints(_ values: Int64?...) -> ScalarID {
    read(add(.int, values.map { $0.map(Scalar.int) ?? .null }))
  }
  func floats(_ values: Double?...) -> ScalarID {
    read(add(.float, values.map { $0.map(Scalar.float) ?? .null }))
  }
  func bools(_ values: Bool?...) -> ScalarID {
    read(add(.bool, values.map { $0.map(Scalar.bool) ?? .null }))
  }
  func texts(_ values: String?...) -> ScalarID {
    read(add(.text, values.map { $0.map(Scalar.text) ?? .null }))
  }

  // MARK: Scalars

  func read(_ column: ColumnID) -> ScalarID {
    plan.scalars.add(.column(column), type: plan[column].type.physical)
  }

  func constant(_ value: Scalar, _ type: PhysicalType? = nil) -> ScalarID {
    switch value {
    case .null: plan.scalars.add(.constant(.null), type: type ?? .int64)
    case .bool(let value): plan.scalars.add(.constant(.bool(value)), type: .bool)
    case .int(let value): plan.scalars.add(.constant(.int(value)), type: .int64)
    case .float(let value):
      plan.scalars.add(.constant(.float(bits: value.bitPattern)), type: .float64)
    case .text(let value): plan.scalars.add(.constant(.text(value)), type: .text)
    case .vector(let value):
      plan.scalars.add(
        .constant(.vector(value.map(\.bitPattern))), type: type ?? .vector(value.count))
    case .list: preconditionFailure("no test has a constant list")
    }
  }

  func apply(
    _ operation: ScalarOperation, _ inputs: ScalarID..., type: PhysicalType, origin: Int32 = -1
  ) -> ScalarID {
    plan.scalars.add(operation, inputs, type: type, origin: origin)
  }

  // MARK: Running

  /// The values of a scalar, the same in every configuration.
  func run(_ scalar: ScalarID, _ location: SourceLocation = #_sourceLocation) throws -> [Scalar] {
    let program = try ScalarProgram([scalar], in: plan.scalars, pool: pool)
    var results: [[Scalar]] = []
    for context in contexts() {
      let vector = try program.columns(rowCount: rowCount, of: relation, context: context) {
        vectors[$0]!
      }[0]
      results.append(scalars(vector))
    }
    for result in results { #expect(result == results[0], sourceLocation: location) }
    return results[0]
  }

  func scalars(_ vector: Vector) -> [Scalar] {
    (0..<vector.count).map { row in
      vector.scalar(row, texts: pool)
    }
  }
}

extension Scalar: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByNilLiteral
{
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .float(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
}
