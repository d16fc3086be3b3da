/// Eighths of a block, for bars within text.
enum Blocks {
  /// From the bottom, one to eight eighths high.
  static let rising: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  /// From the left, one to eight eighths wide.
  static let growing: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]

  /// A character for each count, as high as the count is beside the greatest; nothing for 0, and at
  /// least an eighth for all others.
  static func histogram(_ counts: [Int64]) -> String {
    guard let greatest = counts.max(), greatest > 0 else {
      return String(repeating: "_", count: counts.count)
    }
    return String(
      counts.map { count in
        if count <= 0 { return "_" }
        let height = (Double(count) / Double(greatest) * 8).rounded()
        return rising[max(0, min(7, Int(height) - 1))]
      })
  }
}
