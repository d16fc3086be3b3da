/// Where the answers of a kernel go, by query.
struct KernelOutput {
  let values: UnsafeMutableRawPointer
  /// nil for kernels that always have an answer.
  let valid: UnsafeMutablePointer<UInt8>?

  @inline(__always)
  func set<T: BitwiseCopyable>(_ query: Int, _ value: T) {
    values.assumingMemoryBound(to: T.self)[query] = value
    if let valid { valid[query] = 1 }
  }

  /// A null, over a value of zero bits.
  @inline(__always)
  func setNull<T: BitwiseCopyable & Numeric>(_ query: Int, _: T.Type) {
    values.assumingMemoryBound(to: T.self)[query] = 0
    if let valid { valid[query] = 0 }
  }
}
