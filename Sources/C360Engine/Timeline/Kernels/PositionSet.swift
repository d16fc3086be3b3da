/// A set of small numbers with places: a bit for each, and counts of 64 words and of 4096. Adding and
/// removing take constant time; a place is found past at most 64 blocks and 64 words in a region of
/// 262,144 numbers.
struct PositionSet {
  private let words: UnsafeMutablePointer<UInt64>
  /// Members in each 64 words.
  private let blocks: UnsafeMutablePointer<Int32>
  /// Members in each 64 blocks.
  private let regions: UnsafeMutablePointer<Int32>

  /// The empty set of numbers below `size`.
  init(_ size: Int, _ scratch: Scratch) {
    let count = size >> 6 + 1
    words = scratch.take(count, filledWith: UInt64(0))
    blocks = scratch.take(count >> 6 + 1, filledWith: Int32(0))
    regions = scratch.take(count >> 12 + 1, filledWith: Int32(0))
  }

  /// Adds what is no member.
  @inline(__always)
  func insert(_ number: Int) {
    words[number >> 6] |= 1 &<< UInt64(number & 63)
    blocks[number >> 12] &+= 1
    regions[number >> 18] &+= 1
  }

  /// Removes a member.
  @inline(__always)
  func remove(_ number: Int) {
    words[number >> 6] &= ~(1 &<< UInt64(number & 63))
    blocks[number >> 12] &-= 1
    regions[number >> 18] &-= 1
  }

  @inline(__always)
  func contains(_ number: Int) -> Bool { words[number >> 6] & (1 &<< UInt64(number & 63)) != 0 }

  /// The member that `index` others precede. There are more than `index` members, and none lies
  /// below `first`.
  func member(_ index: Int, from first: Int) -> Int {
    var left = index
    var region = first >> 18
    while left >= Int(regions[region]) {
      left -= Int(regions[region])
      region += 1
    }
    var block = max(region << 6, first >> 12)
    while left >= Int(blocks[block]) {
      left -= Int(blocks[block])
      block += 1
    }
    var word = max(block << 6, first >> 6)
    while left >= words[word].nonzeroBitCount {
      left -= words[word].nonzeroBitCount
      word += 1
    }
    var bits = words[word]
    while left > 0 {
      bits &= bits &- 1
      left -= 1
    }
    return word << 6 + bits.trailingZeroBitCount
  }

  /// How many members lie in `range`.
  func count(in range: Range<Int>) -> Int {
    if range.isEmpty { return 0 }
    let last = range.upperBound >> 6
    var word = range.lowerBound >> 6
    // Members of the first word below the range, which the sum takes in.
    var count = -(words[word] & (1 &<< UInt64(range.lowerBound & 63) &- 1)).nonzeroBitCount
    while word < last {
      if word & 4095 == 0, word + 4096 <= last {
        count += Int(regions[word >> 12])
        word += 4096
      } else if word & 63 == 0, word + 64 <= last {
        count += Int(blocks[word >> 6])
        word += 64
      } else {
        count += words[word].nonzeroBitCount
        word += 1
      }
    }
    return count + (words[last] & (1 &<< UInt64(range.upperBound & 63) &- 1)).nonzeroBitCount
  }

  /// The greatest member below `number`; nil for none from `first` on.
  func last(below number: Int, from first: Int) -> Int? {
    var word = number >> 6
    var bits = words[word] & (1 &<< UInt64(number & 63) &- 1)
    while bits == 0 {
      word -= 1
      // Whole blocks and regions without members are passed over.
      while word & 63 == 63, word >= 0, blocks[word >> 6] == 0 {
        word -= word & 4095 == 4095 && regions[word >> 12] == 0 ? 4096 : 64
      }
      if word < first >> 6 { return nil }
      bits = words[word]
    }
    let found = word << 6 + 63 - bits.leadingZeroBitCount
    return found < first ? nil : found
  }

  /// The least member from `number` on; nil for none below `end`.
  func first(from number: Int, below end: Int) -> Int? {
    if number >= end { return nil }
    let last = (end - 1) >> 6
    var word = number >> 6
    var bits = words[word] & (~0 &<< UInt64(number & 63))
    while bits == 0 {
      word += 1
      while word & 63 == 0, word <= last, blocks[word >> 6] == 0 {
        word += word & 4095 == 0 && regions[word >> 12] == 0 ? 4096 : 64
      }
      if word > last { return nil }
      bits = words[word]
    }
    let found = word << 6 + bits.trailingZeroBitCount
    return found < end ? found : nil
  }
}
