/// What is read at most; beyond it a file is refused, whatever it says.
enum Limits {
  /// Levels of objects and lists in JSON and UBJ.
  static let documentDepth = 64
  /// Splits on the way from a root to a leaf; interpreters may recurse that deep.
  static let treeDepth = 512
  static let nodes = 1 << 26
  static let classes = 1000
  static let features = 1 << 16
  /// A category code is less than this.
  static let categories = 1 << 24
}
