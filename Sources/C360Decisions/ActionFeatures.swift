import C360Columns
import C360Engine
import C360Plan
import CKernels

/// Features `for` actions at a piece of the frame, one value a pair. Belongs to one thread.
///
/// Timelines answer action by action; programs over tiles read row by row, so every answer is turned.
final class ActionFeatures {
  private struct Feature {
    let type: PhysicalType
    let isNullable: Bool
    /// Action by action.
    let answers: Buffer
    let answered: Buffer
    /// Row by row.
    let values: Buffer
    let valid: Buffer
  }
  private let timelines: [ActionTimeline]
  private let features: [[Feature]]
  private let places: [ColumnID: (timeline: Int, output: Int)]
  private let capacity: Int
  private var first = 0

  /// - Parameter rows: of the largest piece.
  init(_ timelines: [ActionTimeline], rows: Int) {
    self.timelines = timelines
    capacity = rows
    var places: [ColumnID: (timeline: Int, output: Int)] = [:]
    features = timelines.enumerated().map { number, timeline in
      timeline.outputs.enumerated().map { index, output in
        places[output.column] = (number, index)
        let pairs = rows * timeline.actionCount
        func buffer(_ stride: Int) -> Buffer { Buffer(byteCount: pairs * stride) }
        return Feature(
          type: output.type, isNullable: output.isNullable,
          answers: buffer(output.type.stride), answered: buffer(1),
          values: buffer(output.type.stride), valid: buffer(1))
      }
    }
    self.places = places
  }

  /// - Parameter rows: of the frame.
  /// - Throws: `EngineError.row` where a sum of integers overflows.
  func evaluate(_ rows: Range<Int>) throws(EngineError) {
    precondition(rows.count <= capacity)
    first = rows.lowerBound
    for (timeline, features) in zip(timelines, features) {
      try timeline.evaluate(
        rows,
        into: features.map { feature in
          ActionMatrix(
            values: feature.answers.pointer, valid: feature.answered.elements(),
            actionStride: rows.count)
        })
      for feature in features { turn(feature, rows: rows.count, actions: timeline.actionCount) }
    }
  }

  private func turn(_ feature: Feature, rows: Int, actions: Int) {
    switch feature.type.stride {
    case 1: c360_turn_8(feature.answers.elements(), rows, actions, feature.values.elements())
    case 4: c360_turn_32(feature.answers.elements(), rows, actions, feature.values.elements())
    case 8: c360_turn_64(feature.answers.elements(), rows, actions, feature.values.elements())
    case let stride:
      for row in 0..<rows {
        for action in 0..<actions {
          (feature.values.pointer + (row * actions + action) * stride).copyMemory(
            from: feature.answers.pointer + (action * rows + row) * stride, byteCount: stride)
        }
      }
    }
    if feature.isNullable {
      c360_turn_8(feature.answered.elements(), rows, actions, feature.valid.elements())
    }
  }

  /// Values from the pair of a row of the frame and an action on, row by row.
  func operand(_ column: ColumnID, row: Int, action: Int = 0) -> Operand {
    guard let place = places[column] else {
      preconditionFailure("column \(column.index) has neither the grain of rows nor of actions")
    }
    let feature = features[place.timeline][place.output]
    let pair = (row - first) * timelines[place.timeline].actionCount + action
    return Operand(
      values: feature.values.pointer + pair * feature.type.stride,
      valid: feature.isNullable ? feature.valid.elements(UInt8.self) + pair : nil)
  }
}
