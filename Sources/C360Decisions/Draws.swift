import C360Columns

/// The draws of the rows of a frame.
struct Draws: Sendable {
  private let hash: DrawHash
  private let key: Vector
  private let time: Vector
  private let number: Vector
  private let pool: TextPool

  /// - Parameters:
  ///   - key: of the entity, int64 or text; a null counts as 0 or the empty text.
  init(hash: DrawHash, key: Vector, time: Vector, number: Vector, pool: TextPool) {
    self.hash = hash
    self.key = key
    self.time = time
    self.number = number
    self.pool = pool
  }

  /// - Parameter place: of the position in a slate, from 0.
  func fill(_ draws: UnsafeMutablePointer<Double>, rows: Range<Int>, place: Int = 0) {
    let times = time.int64s
    let numbers = number.int64s
    if key.type == .text {
      let keys = key.codes
      for row in rows {
        draws[row - rows.lowerBound] = DrawHash.unit(
          hash.hash(
            key: pool.bytes(of: keys[row]), time: times[row], number: numbers[row], place: place))
      }
    } else {
      let keys = key.int64s
      for row in rows {
        draws[row - rows.lowerBound] = DrawHash.unit(
          hash.hash(key: keys[row], time: times[row], number: numbers[row], place: place))
      }
    }
  }
}
