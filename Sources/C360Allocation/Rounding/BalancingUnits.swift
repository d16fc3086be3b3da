/// Decisions that are not whole yet. Each stands at one *split* of its candidates into two sides: a
/// single number, the chance of the left side, is what the walk moves. When it reaches 0 or 1 the
/// candidates of the other side are gone and what is left is split anew, so a decision with k
/// candidates is rounded as about log₂ k coins, each with a chance conditional on those before it.
///
/// The candidates, their probabilities and quantities stand in memory of their own, in size classes
/// that are used again.
final class BalancingUnits {
  struct Unit {
    var decision: Int32 = 0
    /// Candidates left stand at `first ..< first + count`, the left side at `first ..< first + left`.
    var first: Int32 = 0
    var count: Int32 = 0
    /// 0: not split yet.
    var left: Int32 = 0
    var flips: UInt64 = 0
    /// Chance of the left side, moved by the walk.
    var share: Double = 0
    var seed: UInt64 = 0
    var stride: Int32 = 0
    /// `meters` numbers (what the left side uses more than the right, scaled), then `stride` candidates,
    /// `stride` probabilities, and `stride` quantities a meter.
    var data: UnsafeMutablePointer<Double>
  }

  let meters: Int
  /// By balanced meter: a power of two that brings its quantities near 1.
  var scales: [Double]
  private(set) var units: UnsafeMutablePointer<Unit>
  private var used = 0
  private var capacity = 1024
  private var free: [[Int32]] = Array(repeating: [], count: 32)

  init(meters: Int) {
    self.meters = meters
    scales = [Double](repeating: 1, count: meters)
    units = .allocate(capacity: capacity)
  }

  deinit {
    for slot in 0..<used { units[slot].data.deallocate() }
    units.deallocate()
  }

  /// A unit with room for `candidates`; the caller fills them in.
  func take(candidates: Int) -> Int32 {
    let sizeClass = candidates <= 4 ? 2 : Int.bitWidth - (candidates - 1).leadingZeroBitCount
    if let slot = free[sizeClass].popLast() { return slot }
    if used == capacity {
      let grown = UnsafeMutablePointer<Unit>.allocate(capacity: 2 * capacity)
      grown.moveInitialize(from: units, count: used)
      units.deallocate()
      units = grown
      capacity *= 2
    }
    let stride = 1 << sizeClass
    let data = UnsafeMutablePointer<Double>.allocate(capacity: meters + stride * (2 + meters))
    (units + used).initialize(to: Unit(stride: Int32(stride), data: data))
    used += 1
    return Int32(used - 1)
  }

  func release(_ slot: Int32) {
    let stride = Int(units[Int(slot)].stride)
    free[stride.trailingZeroBitCount].append(slot)
  }

  func candidates(_ slot: Int32) -> UnsafeMutablePointer<Double> {
    units[Int(slot)].data + meters
  }

  @inline(__always)
  func column(_ slot: Int32) -> UnsafeMutablePointer<Double> { units[Int(slot)].data }

  /// Splits until a chance strictly between 0 and 1 is left; false: the decision is whole.
  func prepare(_ slot: Int32) -> Bool {
    let unit = units + Int(slot)
    while unit.pointee.count > 1 {
      if unit.pointee.left > 0 { return true }
      split(unit)
      if unit.pointee.share >= 1 {
        narrow(slot, toLeft: true)
      } else if !(unit.pointee.share > 0) {
        narrow(slot, toLeft: false)
      }
    }
    return false
  }

  func narrow(_ slot: Int32, toLeft: Bool) {
    let unit = units + Int(slot)
    if toLeft {
      unit.pointee.count = unit.pointee.left
    } else {
      unit.pointee.first += unit.pointee.left
      unit.pointee.count -= unit.pointee.left
    }
    unit.pointee.left = 0
  }

  /// A fair number in [0, 1) that belongs to the decision and to the count of its coins so far.
  func flip(_ slot: Int32) -> Double {
    let unit = units + Int(slot)
    unit.pointee.flips &+= 1
    let bits = mixed64(unit.pointee.seed &+ unit.pointee.flips &* 0x9e37_79b9_7f4a_7c15)
    return Double(bits >> 11) * 0x1p-53
  }

  /// The likeliest candidate alone where it has half of what is left; else the first candidates that
  /// have half together.
  private func split(_ unit: UnsafeMutablePointer<Unit>) {
    let (first, count) = (Int(unit.pointee.first), Int(unit.pointee.count))
    let stride = Int(unit.pointee.stride)
    let names = unit.pointee.data + meters + first
    let chances = names + stride
    var total = 0.0
    var best = 0
    for place in 0..<count {
      total += chances[place]
      if chances[place] > chances[best] { best = place }
    }
    var left = 1
    if 2 * chances[best] >= total {
      swap(unit, 0, best)
    } else {
      var running = chances[0]
      while 2 * running < total && left < count - 1 {
        running += chances[left]
        left += 1
      }
    }
    var (leftMass, rightMass) = (0.0, 0.0)
    for place in 0..<left { leftMass += chances[place] }
    for place in left..<count { rightMass += chances[place] }
    unit.pointee.left = Int32(left)
    unit.pointee.share = leftMass / (leftMass + rightMass)
    for meter in 0..<meters {
      let quantities = chances + stride * (1 + meter)
      var (onLeft, onRight) = (0.0, 0.0)
      for place in 0..<left { onLeft += chances[place] * quantities[place] }
      for place in left..<count { onRight += chances[place] * quantities[place] }
      let difference = (onLeft / leftMass - onRight / rightMass) * scales[meter]
      unit.pointee.data[meter] = difference.isFinite ? difference : 0
    }
  }

  private func swap(_ unit: UnsafeMutablePointer<Unit>, _ one: Int, _ other: Int) {
    guard one != other else { return }
    let stride = Int(unit.pointee.stride)
    let base = unit.pointee.data + meters + Int(unit.pointee.first)
    for line in 0..<(2 + meters) {
      let numbers = base + line * stride
      (numbers[one], numbers[other]) = (numbers[other], numbers[one])
    }
  }
}
