import C360Columns
import C360Engine
import C360IO

extension RowRequirement {
  /// nil: statistics say nothing of such values.
  init?(_ comparison: ScanConditions.Comparison) {
    let value: Scalar
    switch comparison.value {
    case .int(let number): value = .int(number)
    case .text(let text): value = .text(text)
    default: return nil
    }
    let how: Comparison =
      switch comparison.order {
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .equal: .equal
      case .greaterOrEqual: .greaterOrEqual
      case .greater: .greater
      }
    self.init(column: comparison.column, how, value, .condition)
  }
}
