import C360Columns

/// Parses whole records into columns, field by field as they stand in the file.
struct CSVSegmentParser {
  typealias Place = UnsafeMutablePointer<UInt8>

  /// What becomes of one field of a record.
  private struct FieldPlan {
    var kind: FieldKind
    var column: Int
    var ints: UnsafeMutablePointer<Int64>
    var writer: FieldWriter?
  }
  private enum FieldKind: UInt8 {
    case skip, int, float, text, other
  }

  private let start: Place
  private let end: Place
  private let delimiter: UInt8
  private let quote: UInt8
  private let plans: [FieldPlan]
  private let firstRow: Int

  init(
    _ bytes: Place, _ count: Int, options: CSVOptions, targets: [Int], columns: [ColumnBuilder],
    firstRow: Int, pool: TextPool
  ) {
    start = bytes
    end = bytes + count
    delimiter = options.delimiter
    quote = options.quote
    self.firstRow = firstRow
    let checksUTF8 = !isASCII(bytes, count)
    let nullWords = options.nullWords.map { Array($0.utf8) }
    let nowhere = UnsafeMutablePointer<Int64>(bitPattern: 8).unsafelyUnwrapped
    plans = targets.map { column in
      guard column >= 0 else {
        return FieldPlan(kind: .skip, column: -1, ints: nowhere, writer: nil)
      }
      let builder = columns[column]
      let kind: FieldKind =
        switch builder.rules.type {
        case .int: .int
        case .float, .money: .float
        case .text: .text
        default: .other
        }
      return FieldPlan(
        kind: kind, column: column,
        ints: builder.physical.stride == 8 ? builder.int64s : nowhere,
        writer: FieldWriter(
          builder, firstRow: firstRow, pool: pool, nullWords: nullWords, checksUTF8: checksUTF8))
    }
  }

  /// - Returns: the number of records.
  mutating func run() throws(ReadFailure) -> Int {
    var place = start
    var row = firstRow
    let count = plans.count
    while place < end {
      // Empty lines are no records.
      if place.pointee == 0x0A {
        place += 1
        continue
      }
      if place.pointee == 0x0D, place[1] == 0x0A {
        place += 2
        continue
      }
      do throws(ReadFailure) {
        for index in 0..<count {
          place = try parse(plans[index], place, row)
          if index + 1 < count {
            guard place < end, place.pointee == delimiter else {
              throw ReadFailure(.fieldCount(found: index + 1, expected: count))
            }
            place += 1
          }
        }
        if place < end, place.pointee == delimiter {
          throw ReadFailure(
            .fieldCount(found: try count + fieldsBehind(place), expected: count))
        }
      } catch {
        throw ReadFailure(error.kind, row: row - firstRow, column: error.column)
      }
      if place < end, place.pointee == 0x0D { place += 1 }
      place += 1
      row += 1
    }
    for plan in plans { plan.writer?.flush() }
    return row - firstRow
  }

  private func fieldsBehind(_ place: Place) throws(ReadFailure) -> Int {
    var place = place
    var count = 0
    while place < end, place.pointee == delimiter {
      place = try field(place + 1).next
      count += 1
    }
    return count
  }

  @inline(__always)
  private func field(_ place: Place) throws(ReadFailure) -> CSVField {
    try CSVField(at: place, end: end, delimiter: delimiter, quote: quote)
  }

  /// Whether a field that is no text may end here.
  @inline(__always)
  private func isFieldEnd(_ place: Place) -> Bool {
    let byte = place.pointee
    return byte == delimiter || byte == 0x0A || (byte == 0x0D && place[1] == 0x0A)
  }

  /// Reads one field and returns the place of the delimiter or line end behind it.
  @inline(__always)
  private func parse(
    _ plan: FieldPlan, _ place: Place, _ row: Int
  ) throws(ReadFailure) -> Place {
    switch plan.kind {
    case .skip: return try field(place).next
    case .int:
      var next = place
      let isNegative = next.pointee == 0x2D
      if isNegative { next += 1 }
      let first = next
      var value: Int64 = 0
      while case let digit = next.pointee &- 0x30, digit <= 9 {
        value = value &* 10 &+ Int64(digit)
        next += 1
      }
      // Up to 18 digits cannot overflow; all else goes the careful way.
      if next > first, next - first <= 18, isFieldEnd(next) {
        plan.ints[row] = isNegative ? -value : value
        return next
      }
    case .float:
      var scan = FloatScan()
      // The line end stops the scan, so the length of the field need not be known.
      let next = place + scan.scan(place, end - place)
      if scan.digitCount > 0, isFieldEnd(next), let value = scan.exactValue {
        UnsafeMutableRawPointer(plan.ints + row).storeBytes(of: value, as: Double.self)
        return next
      }
    case .text, .other: break
    }
    let field = try field(place)
    if let writer = plan.writer {
      do throws(ColumnError) {
        try writer.write(field.isQuoted ? .quoted : .bare, field, row)
      } catch {
        throw ReadFailure(.value(error.problem), column: plan.column)
      }
    }
    return field.next
  }
}
