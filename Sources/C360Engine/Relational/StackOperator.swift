import C360Columns
import C360Plan

enum StackOperator {
  static func run(_ step: StackStep, _ state: inout ExecutionState) {
    let count = state.rowCount(step.input)
    var relation = Relation(rowCount: count * step.height)
    for (from, to) in step.columns {
      relation.columns[to] = stacked(from.map { state.vector($0) }, rowCount: count)
    }
    state.relations[step.output] = relation
  }

  private static func stacked(_ vectors: [Vector], rowCount: Int) -> Vector {
    guard let first = vectors.first else {
      return Vector(type: .bool, count: 0, values: Buffer(byteCount: 0))
    }
    let stride = first.type.stride
    let values = Buffer(byteCount: rowCount * vectors.count * stride)
    let isNullable = vectors.contains { $0.validity != nil }
    let validity = isNullable ? Buffer(byteCount: rowCount * vectors.count) : nil
    for (place, vector) in vectors.enumerated() {
      for row in 0..<rowCount {
        let target = row * vectors.count + place
        (values.pointer + target * stride).copyMemory(
          from: vector.values.pointer + (vector.offset + row) * stride, byteCount: stride)
        validity?.elements(UInt8.self)[target] = vector.isNull(row) ? 0 : 1
      }
    }
    return Vector(
      type: first.type, count: rowCount * vectors.count, values: values, validity: validity)
  }
}
