import C360Columns

/// Parses whole records into columns, field by field as they stand in the file.
struct CSVSegmentParser: ~Copyable {
  typealias Place = UnsafeMutablePointer<UInt8>

  /// What becomes of one field of a record.
  private struct FieldPlan {
    var kind: FieldKind
    var column: Int
    /// Rows of a column of eight bytes a value.
    var words: UnsafeMutablePointer<Int64>
    /// Kept alive by `writers`: counting references field by field costs more than parsing.
    var writer: Unmanaged<FieldWriter>?
  }
  private enum FieldKind: UInt8 {
    case skip, int, float, text, time, other
  }

  private let start: Place
  private let end: Place
  private let delimiter: UInt8
  private let quote: UInt8
  private let plans: UnsafeMutableBufferPointer<FieldPlan>
  private let writers: [FieldWriter]
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
    let writers = columns.map {
      FieldWriter($0, firstRow: firstRow, pool: pool, nullWords: nullWords, checksUTF8: checksUTF8)
    }
    self.writers = writers
    let nowhere = UnsafeMutablePointer<Int64>(bitPattern: 8).unsafelyUnwrapped
    plans = .allocate(capacity: targets.count)
    for (field, column) in targets.enumerated() {
      guard column >= 0 else {
        plans.initializeElement(
          at: field, to: FieldPlan(kind: .skip, column: -1, words: nowhere, writer: nil))
        continue
      }
      let kind: FieldKind =
        switch columns[column].rules.type {
        case .int: .int
        case .float, .money: .float
        case .text: .text
        case .time: .time
        default: .other
        }
      let words = columns[column].physical.stride == 8 ? columns[column].int64s : nowhere
      plans.initializeElement(
        at: field,
        to: FieldPlan(
          kind: kind, column: column, words: words, writer: .passUnretained(writers[column])))
    }
  }

  deinit { plans.deallocate() }

  /// - Returns: the number of records.
  func run() throws(ReadFailure) -> Int {
    var place = start
    var row = firstRow
    let count = plans.count
    while place < end {
      // Empty lines are no records; of a single field they are one that holds nothing.
      if count > 1 {
        if place.pointee == 0x0A {
          place += 1
          continue
        }
        if place.pointee == 0x0D, place[1] == 0x0A {
          place += 2
          continue
        }
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
    for writer in writers { writer.flush() }
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

  /// Whether an unquoted field may end here.
  @inline(__always)
  private func isFieldEnd(_ place: Place) -> Bool {
    let byte = place.pointee
    return byte == delimiter || byte == 0x0A || (byte == 0x0D && place[1] == 0x0A)
  }

  /// Reads one field and returns the place of the delimiter or line end behind it. The common forms
  /// are read where they stand; all others go the careful way.
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
      // Up to 18 digits cannot overflow.
      if next > first, next - first <= 18, isFieldEnd(next) {
        plan.words[row] = isNegative ? -value : value
        return next
      }
    case .float:
      var scan = FloatScan()
      // The line end stops the scan, so the length of the field need not be known.
      let next = place + scan.scan(place, end - place)
      if scan.digitCount > 0, isFieldEnd(next), let value = scan.quickValue {
        UnsafeMutableRawPointer(plan.words + row).storeBytes(of: value, as: Double.self)
        let field = UnsafeBufferPointer<UInt8>(start: place, count: next - place)
        if !scan.keepsDigits(field, as: value) {
          plan.writer?._withUnsafeGuaranteedRef { $0.noteLostDigits(field, row) }
        }
        return next
      }
    case .time:
      if let (instant, length) = plan.writer?._withUnsafeGuaranteedRef({
        $0.quickTime(place, end - place)
      }), isFieldEnd(place + length) {
        plan.words[row] = instant
        return place + length
      }
    case .text:
      let field = try field(place)
      let isTaken = plan.writer?._withUnsafeGuaranteedRef { $0.takesText(field) } ?? false
      return isTaken ? field.next : try carefully(plan, field, row)
    case .other: break
    }
    return try carefully(plan, try field(place), row)
  }

  private func carefully(
    _ plan: FieldPlan, _ field: CSVField, _ row: Int
  ) throws(ReadFailure) -> Place {
    guard let writer = plan.writer?.takeUnretainedValue() else { return field.next }
    do throws(ColumnError) {
      try writer.write(field.isQuoted ? .quoted : .bare, field, row)
    } catch {
      throw ReadFailure(.value(error.problem), column: plan.column)
    }
    return field.next
  }
}
