/// The units that wait in a block, one to a pivot row, with the linear map that turns their columns
/// into unit vectors. A unit that comes in is, in the image of the map, either independent of them
/// (it waits too) or a combination of them, which is a direction in which all usages stay.
///
/// At most as many units wait as there are rows: that is the remainder of a block.
final class BalancingBasis {
  let rows: Int
  /// By pivot row: the unit that waits, or −1, and its chance.
  let waiting: UnsafeMutablePointer<Int32>
  let shares: UnsafeMutablePointer<Double>
  /// rows × rows, column by column.
  private let map: UnsafeMutablePointer<Double>
  private(set) var pivots = 0

  init(rows: Int) {
    self.rows = rows
    waiting = .allocate(capacity: max(1, rows))
    waiting.initialize(repeating: -1, count: rows)
    shares = .allocate(capacity: max(1, rows))
    shares.initialize(repeating: 0, count: rows)
    map = .allocate(capacity: max(1, rows * rows))
    clear()
  }

  deinit {
    waiting.deallocate()
    shares.deallocate()
    map.deallocate()
  }

  /// The map becomes the identity, and nobody waits.
  func clear() {
    map.initialize(repeating: 0, count: rows * rows)
    for row in 0..<rows {
      map[row * rows + row] = 1
      waiting[row] = -1
    }
    pivots = 0
  }

  /// The map was built from the columns just now.
  func renewed() { pivots = 0 }

  /// image = map · column, the column being sparse: `values[k]` in row `places[k]`, −1 for nowhere.
  /// Returns the greatest absolute number of the column.
  func image(
    of values: UnsafeMutablePointer<Double>, at places: UnsafeMutablePointer<Int32>, count: Int,
    into image: UnsafeMutablePointer<Double>
  ) -> Double {
    for row in 0..<rows { image[row] = 0 }
    var greatest = 0.0
    for term in 0..<count where places[term] >= 0 && values[term] != 0 {
      let value = values[term]
      greatest = max(greatest, abs(value))
      let column = map + Int(places[term]) * rows
      for row in 0..<rows { image[row] += value * column[row] }
    }
    return greatest
  }

  /// The row without a unit in which the image is greatest, if it is above `least`.
  func independentRow(_ image: UnsafeMutablePointer<Double>, above least: Double) -> Int? {
    var best = -1
    var greatest = least
    for row in 0..<rows where waiting[row] < 0 && abs(image[row]) > greatest {
      greatest = abs(image[row])
      best = row
    }
    return best < 0 ? nil : best
  }

  /// Lets a unit with this image wait in a row.
  func pivot(_ row: Int, image: UnsafeMutablePointer<Double>, unit: Int32, share: Double) {
    waiting[row] = unit
    shares[row] = share
    pivots += 1
    let inverse = 1 / image[row]
    let own = image[row]
    image[row] = 0
    for place in 0..<rows {
      let column = map + place * rows
      let factor = column[row] * inverse
      guard factor != 0 else { continue }
      for other in 0..<rows { column[other] -= image[other] * factor }
      column[row] = factor
    }
    image[row] = own
  }
}
