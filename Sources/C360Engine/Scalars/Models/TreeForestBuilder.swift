import C360Models
import CKernels

/// Lays trees out for the kernel.
struct TreeForestBuilder {
  let isSingle: Bool
  private let inputs: [Int: Int]
  var columns: [TreeForest.Column] = []

  var offsets: [UInt32] = []
  var lefts: [UInt32] = []
  var keys32: [UInt32] = []
  var keys64: [UInt64] = []
  var leaves32: [Float] = []
  var leaves64: [Double] = []
  var setSizes: [UInt32] = []
  var words: [UInt32] = []
  var roots: [UInt32] = []
  var depths: [UInt32] = []
  var hasSets: [UInt8] = []
  private var places: [TreeForest.Column: UInt32] = [:]

  init(isSingle: Bool, inputs: [Int: Int]) {
    self.isSingle = isSingle
    self.inputs = inputs
  }

  mutating func add(_ tree: Tree, _ weight: Double) {
    let root = lefts.count
    roots.append(UInt32(root))
    depths.append(UInt32(tree.depth))
    var holdsSets = false
    // Level by level; the children of a node get the next two places.
    var order = [0]
    var next = 0
    while next < order.count {
      let node = tree.nodes[order[next]]
      let place = UInt32(root + next)
      next += 1
      switch node.test {
      case .leaf(let value):
        // No key is less than 0, so the node behind `left` is the leaf itself.
        append(column: 0, left: place &- 1, key32: 0, key64: 0, leaf: value, weight: weight)
      case .number(let feature, let threshold, let orEqual, let missing):
        let column = self.column(
          TreeForest.Column(input: inputs[feature] ?? 0, content: .number(missing)))
        append(
          column: column, left: UInt32(root + order.count),
          key32: TreeForest.key(Float(threshold)) + (orEqual ? 1 : 0),
          key64: TreeForest.key(threshold) + (orEqual ? 1 : 0), leaf: 0, weight: 1)
        order += [node.left, node.right]
      case .category(let feature, let members, let membersLeft, let missingLeft):
        holdsSets = true
        let isMember = missingLeft == membersLeft
        let column = self.column(
          TreeForest.Column(input: inputs[feature] ?? 0, content: .category(isMember: isMember)))
        let first = UInt32(words.count)
        // An empty set has a word too, for a size of 0 means no set.
        words += members.words.isEmpty ? [0] : members.words
        append(
          column: column, left: UInt32(root + order.count), key32: first, key64: UInt64(first),
          leaf: 0, weight: 1, setSize: UInt32(max(1, members.words.count)))
        // The kernel sends members left.
        order += membersLeft ? [node.left, node.right] : [node.right, node.left]
      }
    }
    hasSets.append(holdsSets ? 1 : 0)
  }

  private mutating func append(
    column: UInt32, left: UInt32, key32: UInt32, key64: UInt64, leaf: Double, weight: Double,
    setSize: UInt32 = 0
  ) {
    offsets.append(column * UInt32(C360_TREE_ROWS))
    lefts.append(left)
    setSizes.append(setSize)
    if isSingle {
      keys32.append(key32)
      leaves32.append(Float(leaf) * Float(weight))
    } else {
      keys64.append(key64)
      leaves64.append(leaf * weight)
    }
  }

  private mutating func column(_ column: TreeForest.Column) -> UInt32 {
    if let place = places[column] { return place }
    let place = UInt32(columns.count)
    columns.append(column)
    places[column] = place
    return place
  }
}

/// The nodes of a forest where the kernel reads them.
final class TreeForestNodes: @unchecked Sendable {
  let view: c360_forest
  private let memory: [UnsafeMutableRawPointer]

  init(_ builder: TreeForestBuilder) {
    var memory: [UnsafeMutableRawPointer] = []
    func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
      // With slack: an empty array has an address too.
      let bytes = UnsafeMutableRawPointer.allocate(
        byteCount: elements.count * MemoryLayout<Element>.stride + 64, alignment: 64)
      memory.append(bytes)
      let start = bytes.bindMemory(to: Element.self, capacity: elements.count)
      start.update(from: elements, count: elements.count)
      return UnsafePointer(start)
    }
    view = c360_forest(
      columns: copy(builder.offsets), lefts: copy(builder.lefts), keys32: copy(builder.keys32),
      keys64: copy(builder.keys64), leaves32: copy(builder.leaves32),
      leaves64: copy(builder.leaves64), set_sizes: copy(builder.setSizes),
      words: copy(builder.words), roots: copy(builder.roots), depths: copy(builder.depths),
      has_sets: copy(builder.hasSets), trees: builder.roots.count)
    self.memory = memory
  }

  deinit { for bytes in memory { bytes.deallocate() } }
}
