import C360Columns
import C360Engine
import C360Plan

/// Scalars over the columns of a frame, at single rows.
struct WatchedScalars {
  private let program: ScalarProgram
  private let machine: ScalarMachine
  private let inputs: [Vector]
  private let pool: TextPool

  /// - Throws: `.source` when a zone is unknown.
  init(
    _ scalars: [ScalarID], _ state: ExecutionState, _ pool: TextPool
  ) throws(EngineError) {
    program = try ScalarProgram(scalars, in: state.plan.scalars, pool: pool)
    machine = ScalarMachine(program, capacity: 1)
    inputs = program.inputs.map { input in
      guard case .column(let column) = input else {
        preconditionFailure("nothing is computed elsewhere")
      }
      return state.vector(column)
    }
    self.pool = pool
  }

  /// In the order of the scalars; nil: it has no value.
  func values(at row: Int) -> [Scalar?] {
    for (index, vector) in inputs.enumerated() {
      machine.bind(input: index, Operand(vector, from: row))
    }
    machine.run(1)
    return program.outputTypes.enumerated().map { index, type in
      machine.output(index).scalar(at: 0, type, pool)
    }
  }
}

extension Operand {
  /// The value of a row; nil: it failed.
  func scalar(at row: Int, _ type: PhysicalType, _ pool: TextPool) -> Scalar? {
    if let failed, failed[row] != 0 { return nil }
    if let valid, valid[row] == 0 { return .null }
    let cell = Buffer(byteCount: max(1, type.stride))
    cell.pointer.copyMemory(from: values + row * type.stride, byteCount: type.stride)
    return Vector(type: type, count: 1, values: cell).scalar(0, texts: pool)
  }
}
