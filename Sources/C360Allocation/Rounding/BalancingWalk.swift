/// The flight of the cube method (Deville & Tillé, "Efficient balanced sampling: the cube method",
/// Biometrika 91, 2004) in its fast form with a small window (Chauvet & Tillé, "A fast algorithm for
/// balanced sampling", Computational Statistics 21, 2006), on chances of splits (`BalancingUnits`).
///
/// Each step moves the chances of a few units along a direction that keeps all balanced usages, one
/// way or the other, with odds that keep every expected chance, until one of them is 0 or 1. The
/// direction may be off by rounding errors without any harm to the odds: a chance is a martingale
/// whatever the direction is.
final class BalancingWalk {
  /// A usage that differs by less than this share of what the unit uses counts as kept.
  private static let tolerance = 1e-7
  private static let pivotsBeforeRenewal = 64

  let units: BalancingUnits
  private let finish: (_ decision: Int, _ candidate: Int) -> Void
  private let image: UnsafeMutablePointer<Double>
  private let places: UnsafeMutablePointer<Int32>
  private var queue: [Int32] = []

  init(
    units: BalancingUnits, mostRows: Int,
    finish: @escaping (_ decision: Int, _ candidate: Int) -> Void
  ) {
    self.units = units
    self.finish = finish
    image = .allocate(capacity: max(1, mostRows))
    places = .allocate(capacity: max(1, units.meters))
  }

  deinit {
    image.deallocate()
    places.deallocate()
  }

  /// Lets a unit in and walks until it, or others in its place, are whole or wait.
  /// - Parameter locate: writes the row of each balanced meter at a decision, −1: none.
  func enter(
    _ slot: Int32, _ basis: BalancingBasis, locate: (Int32, UnsafeMutablePointer<Int32>) -> Void
  ) {
    var entering = slot
    while true {
      guard units.prepare(entering) else {
        conclude(entering)
        guard let next = queue.popLast() else { return }
        entering = next
        continue
      }
      locate(units.units[Int(entering)].decision, places)
      let size = basis.image(
        of: units.column(entering), at: places, count: units.meters, into: image)
      if let row = basis.independentRow(image, above: Self.tolerance * size) {
        basis.pivot(row, image: image, unit: entering, share: units.units[Int(entering)].share)
        guard let next = queue.popLast() else { return }
        entering = next
        continue
      }
      entering = step(entering, basis)
      if basis.pivots > Self.pivotsBeforeRenewal && basis.rows > 0 {
        renew(basis, locate: locate)
      }
    }
  }

  /// The units that wait, their chances written back; the basis is empty afterwards.
  func leave(_ basis: BalancingBasis, into list: inout [Int32]) {
    for row in 0..<basis.rows where basis.waiting[row] >= 0 {
      let slot = basis.waiting[row]
      units.units[Int(slot)].share = basis.shares[row]
      list.append(slot)
    }
    basis.clear()
  }

  private func conclude(_ slot: Int32) {
    let unit = units.units[Int(slot)]
    finish(Int(unit.decision), Int(units.candidates(slot)[Int(unit.first)]))
    units.release(slot)
  }

  /// One step; returns the unit that came to a side, which is out of the basis now.
  private func step(_ entering: Int32, _ basis: BalancingBasis) -> Int32 {
    let unit = units.units + Int(entering)
    var greatest = 1.0
    for row in 0..<basis.rows { greatest = max(greatest, abs(image[row])) }
    let still = greatest * 1e-12
    var (up, down) = (1 - unit.pointee.share, unit.pointee.share)
    var (upRow, downRow) = (-1, -1)
    for row in 0..<basis.rows where basis.waiting[row] >= 0 && abs(image[row]) > still {
      // Moving the entering unit by 1 moves this one by −image.
      let (share, speed) = (basis.shares[row], abs(image[row]))
      let toZero = share / speed
      let toOne = (1 - share) / speed
      let (withUp, withDown) = image[row] > 0 ? (toZero, toOne) : (toOne, toZero)
      if withUp < up { (up, upRow) = (withUp, row) }
      if withDown < down { (down, downRow) = (withDown, row) }
    }
    // Odds against the distances; where neither way is open the unit that blocks is at its side.
    let goesUp = up + down > 0 ? units.flip(entering) * (up + down) < down : true
    let move = goesUp ? up : -down
    let blocking = goesUp ? upRow : downRow
    for row in 0..<basis.rows where basis.waiting[row] >= 0 && abs(image[row]) > still {
      basis.shares[row] = min(1, max(0, basis.shares[row] - move * image[row]))
    }
    if blocking < 0 {
      units.narrow(entering, toLeft: goesUp)
      return entering
    }
    unit.pointee.share = min(1, max(0, unit.pointee.share + move))
    let out = basis.waiting[blocking]
    let outGoesLeft = (image[blocking] < 0) == goesUp
    basis.pivot(blocking, image: image, unit: entering, share: unit.pointee.share)
    units.narrow(out, toLeft: outGoesLeft)
    return out
  }

  /// Builds the map anew from the columns, so that errors do not add up; units that turn out to be
  /// dependent come in again.
  private func renew(
    _ basis: BalancingBasis, locate: (Int32, UnsafeMutablePointer<Int32>) -> Void
  ) {
    var slots: [Int32] = []
    leave(basis, into: &slots)
    for slot in slots {
      locate(units.units[Int(slot)].decision, places)
      let size = basis.image(of: units.column(slot), at: places, count: units.meters, into: image)
      if let row = basis.independentRow(image, above: Self.tolerance * size) {
        basis.pivot(row, image: image, unit: slot, share: units.units[Int(slot)].share)
      } else {
        queue.append(slot)
      }
    }
    basis.renewed()
  }
}
