import C360Columns
import C360Models
import CKernels

/// The trees of one output as the kernel walks them: nodes of a tree in order of level, children side by
/// side, thresholds as keys.
struct TreeForest: Sendable {
  /// What a column of keys is made of.
  struct Column: Hashable, Sendable {
    enum Content: Hashable, Sendable {
      case number(Tree.Missing)
      /// What a missing code is.
      case category(isMember: Bool)
    }
    /// Place in the inputs of the operation.
    let input: Int
    let content: Content
  }

  let isSingle: Bool
  let start: Double
  let columns: [Column]
  private let nodes: TreeForestNodes

  /// - Parameter inputs: by feature, its place in the inputs of the operation.
  init(
    _ trees: [Tree], weights: [Double], start: Double,
    precision: Model.Precision, inputs: [Int: Int]
  ) {
    isSingle = precision == .single
    self.start = start
    var builder = TreeForestBuilder(isSingle: precision == .single, inputs: inputs)
    for (tree, weight) in zip(trees, weights) { builder.add(tree, weight) }
    columns = builder.columns
    nodes = TreeForestNodes(builder)
  }

  /// Unsigned integers in the order of the numbers; −0 has the key of 0.
  static func key(_ number: Float) -> UInt32 {
    let bits = (number + 0).bitPattern
    return bits >> 31 != 0 ? ~bits : bits | 1 << 31
  }

  static func key(_ number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 != 0 ? ~bits : bits | 1 << 63
  }
}

extension TreeForest {
  /// Bytes of a block of keys.
  var blockSize: Int { columns.count * Int(C360_TREE_ROWS) * (isSingle ? 4 : 8) }

  /// The sums of some rows.
  ///
  /// - Parameters:
  ///   - inputs: values and validity, in the order of the operation's inputs.
  ///   - block: `blockSize` bytes, aligned for doubles.
  func evaluate(
    _ inputs: [Operand], into sums: UnsafeMutablePointer<Double>, count: Int,
    block: UnsafeMutableRawPointer
  ) {
    let size = Int(C360_TREE_ROWS)
    withUnsafeTemporaryAllocation(byteCount: 8 * size, alignment: 64) { totals in
      guard let totals = totals.baseAddress else { return }
      for row in stride(from: 0, to: count, by: size) {
        let rows = min(size, count - row)
        for (place, column) in columns.enumerated() {
          fill(column, inputs[column.input], from: row, rows, block, at: place * size)
        }
        if isSingle {
          total32(block, totals, sums + row, rows)
        } else {
          total64(block, totals, sums + row, rows)
        }
      }
    }
  }

  private func total32(
    _ block: UnsafeMutableRawPointer, _ totals: UnsafeMutableRawPointer,
    _ sums: UnsafeMutablePointer<Double>, _ rows: Int
  ) {
    let size = Int(C360_TREE_ROWS)
    let totals = totals.initializeMemory(as: Float.self, repeating: Float(start), count: size)
    withUnsafePointer(to: nodes.view) {
      c360_forest_f32($0, block.assumingMemoryBound(to: UInt32.self), totals)
    }
    for row in 0..<rows { sums[row] = Double(totals[row]) }
  }

  private func total64(
    _ block: UnsafeMutableRawPointer, _ totals: UnsafeMutableRawPointer,
    _ sums: UnsafeMutablePointer<Double>, _ rows: Int
  ) {
    let totals = totals.initializeMemory(
      as: Double.self, repeating: start, count: Int(C360_TREE_ROWS))
    withUnsafePointer(to: nodes.view) {
      c360_forest_f64($0, block.assumingMemoryBound(to: UInt64.self), totals)
    }
    for row in 0..<rows { sums[row] = totals[row] }
  }

  private func fill(
    _ column: Column, _ input: Operand, from row: Int, _ count: Int,
    _ block: UnsafeMutableRawPointer, at place: Int
  ) {
    let values = UnsafePointer(input.float64s + row)
    let valid = input.valid.map { UnsafePointer($0 + row) }
    let out32 = block.assumingMemoryBound(to: UInt32.self) + place
    let out64 = block.assumingMemoryBound(to: UInt64.self) + place
    switch column.content {
    case .number(let missing):
      let isZeroMissing = missing == .zeroLeft || missing == .zeroRight
      if isSingle {
        let key: UInt32 =
          switch missing {
          case .left, .zeroLeft: 0
          case .right, .zeroRight: .max
          case .asZero: Self.key(Float(0))
          }
        c360_keys_f32(
          values, valid, isZeroMissing ? Float(Tree.zeroBound) : -1, key, out32, count)
      } else {
        let key: UInt64 =
          switch missing {
          case .left, .zeroLeft: 0
          case .right, .zeroRight: .max
          case .asZero: Self.key(Double(0))
          }
        c360_keys_f64(values, valid, isZeroMissing ? Tree.zeroBound : -1, key, out64, count)
      }
    case .category(let isMember):
      let missing = isMember ? C360_MEMBER : C360_NO_MEMBER
      if isSingle {
        c360_codes_u32(values, valid, UInt32(missing), 1, out32, count)
      } else {
        c360_codes_u64(values, valid, UInt64(missing), 0, out64, count)
      }
    }
  }
}
