import C360Columns
import CArrowABI
import Testing

/// An Arrow array over bytes that are written out, kept as long as this object.
private final class HandMade {
  private var kept: [UnsafeMutableRawPointer] = []
  private var dictionaries: [UnsafeMutablePointer<ArrowArray>] = []

  deinit {
    for pointer in kept { pointer.deallocate() }
    for dictionary in dictionaries { dictionary.deallocate() }
  }

  func buffer<T: BitwiseCopyable>(_ values: [T]) -> UnsafeRawPointer? {
    let size = max(values.count * MemoryLayout<T>.stride, 1)
    let copy = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    values.withUnsafeBytes {
      if let start = $0.baseAddress { copy.copyMemory(from: start, byteCount: $0.count) }
    }
    kept.append(copy)
    return UnsafeRawPointer(copy)
  }

  func array(
    count: Int, _ buffers: [UnsafeRawPointer?], nulls: Int = 0, offset: Int = 0,
    dictionary: ArrowArray? = nil
  ) -> ArrowArray {
    let pointers = UnsafeMutableRawPointer.allocate(byteCount: buffers.count * 8, alignment: 8)
    kept.append(pointers)
    let list = pointers.bindMemory(to: UnsafeRawPointer?.self, capacity: buffers.count)
    for (index, buffer) in buffers.enumerated() { (list + index).initialize(to: buffer) }
    var array = ArrowArray()
    array.length = Int64(count)
    array.null_count = Int64(nulls)
    array.offset = Int64(offset)
    array.n_buffers = Int64(buffers.count)
    array.buffers = list
    if let dictionary {
      let copy = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
      copy.initialize(to: dictionary)
      dictionaries.append(copy)
      array.dictionary = copy
    }
    return array
  }
}

@Suite struct ArrowTests {
  private let made = HandMade()
  private let pool = TextPool()

  private func read(
    _ array: ArrowArray, _ type: ArrowType, as logical: LogicalType, nullable: Bool = true,
    nan: NaNPolicy = .reject, bareDate: BareDatePolicy = .endOfDay, zone: Zone = .utc
  ) throws(ColumnError) -> [String] {
    let count = Int(array.length)
    let builder = ColumnBuilder(
      rules: ColumnRules(
        type: logical, isNullable: nullable, nan: nan, bareDate: bareDate, zone: zone),
      capacity: count + 1, pool: pool)
    try ArrowConverter(pool: pool).convert(array, type: type, into: builder, at: 1)
    let vector = builder.vector(count: count + 1)
    return (1...count).map { row in
      if vector.isNull(row) { return "null" }
      switch vector.type {
      case .bool: return "\(vector.bools[row])"
      case .int64: return "\(vector.int64s[row])"
      case .float64: return "\(vector.float64s[row])"
      case .text: return pool.text(vector.codes[row])
      case .vector, .list: return "\(vector.scalar(row, texts: pool))"
      }
    }
  }

  @Test func integersOfEveryWidth() throws {
    let bits: [UInt8] = [0b1101]
    func check<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws {
      let values: [T] = [.min, 99, 5, .max]
      let array = made.array(count: 4, [made.buffer(bits), made.buffer(values)], nulls: 1)
      let type = ArrowType.int(bits: T.bitWidth, isSigned: T.isSigned)
      #expect(try read(array, type, as: .int) == ["\(T.min)", "null", "5", "\(T.max)"])
    }
    try check(Int8.self)
    try check(UInt8.self)
    try check(Int16.self)
    try check(UInt16.self)
    try check(Int32.self)
    try check(UInt32.self)
    try check(Int64.self)
  }

  @Test func unsignedBeyond63BitsIsOutOfRangeUnlessNull() throws {
    let values: [UInt64] = [1, .max, .max]
    let type = ArrowType.int(bits: 64, isSigned: false)
    let hidden = made.array(count: 2, [made.buffer([UInt8(1)]), made.buffer(values)], nulls: 1)
    #expect(try read(hidden, type, as: .int) == ["1", "null"])
    let open = made.array(count: 3, [nil, made.buffer(values)])
    #expect(throws: ColumnError(row: 1, problem: .outOfRange("\(UInt64.max)"))) {
      try read(open, type, as: .int)
    }
    #expect(
      try read(open, type, as: .float) == [
        "1.0", "1.8446744073709552e+19", "1.8446744073709552e+19",
      ])
  }

  @Test func offsetsCountForValuesAndNulls() throws {
    let bits: [UInt8] = [0b0111_1111, 0b1111_1101, 0b11]
    let values = (0..<20).map { Int32($0) }
    let array = made.array(
      count: 13, [made.buffer(bits), made.buffer(values)], nulls: -1, offset: 5)
    let expected = (5..<18).map { $0 == 7 || $0 == 9 ? "null" : "\($0)" }
    #expect(try read(array, .int(bits: 32, isSigned: true), as: .int) == expected)
  }

  @Test func boolsAreBits() throws {
    let array = made.array(count: 6, [nil, made.buffer([UInt8(0b1011_0100)])], offset: 2)
    #expect(try read(array, .bool, as: .bool) == ["1", "0", "1", "1", "0", "1"])
  }

  @Test func floatsOfEveryWidthAndNaN() throws {
    let floats = made.array(count: 2, [nil, made.buffer([Float(0.5), .infinity])])
    #expect(try read(floats, .float(bits: 32), as: .money("USD")) == ["0.5", "inf"])
    let halves = made.array(
      count: 5, [nil, made.buffer([0x3C00, 0xC000, 0x7BFF, 0x0001, 0x7C00] as [UInt16])])
    #expect(
      try read(halves, .float(bits: 16), as: .float)
        == ["1.0", "-2.0", "65504.0", "5.960464477539063e-08", "inf"])
    let nan = made.array(count: 2, [nil, made.buffer([1.0, Double.nan])])
    let type = ArrowType.float(bits: 64)
    #expect(throws: ColumnError(row: 1, problem: .nan)) { try read(nan, type, as: .float) }
    #expect(try read(nan, type, as: .float, nan: .null) == ["1.0", "null"])
    #expect(try read(nan, type, as: .float, nan: .keep) == ["1.0", "nan"])
  }

  @Test func aNullWhereNoneIsAllowed() throws {
    let array = made.array(
      count: 3, [made.buffer([UInt8(0b011)]), made.buffer([1, 2, 3] as [Int64])], nulls: 1)
    #expect(throws: ColumnError(row: 2, problem: .null)) {
      try read(array, .int(bits: 64, isSigned: true), as: .int, nullable: false)
    }
  }

  @Test func decimalsAreExactOrRefused() throws {
    func words(_ values: [Int64], high: Int64? = nil) -> [Int64] {
      values.flatMap { [$0, high ?? ($0 >> 63)] }
    }
    let type = ArrowType.decimal(precision: 30, scale: 2, bits: 128)
    let array = made.array(
      count: 3, [nil, made.buffer(words([125, -1, 9_007_199_254_740_993]))])
    #expect(try read(array, type, as: .float) == ["1.25", "-0.01", "\(90_071_992_547_409.93)"])
    #expect(throws: ColumnError(row: 0, problem: .unreadable("1.25"))) {
      try read(array, type, as: .int)
    }
    let whole = made.array(count: 2, [nil, made.buffer(words([500, -700]))])
    #expect(try read(whole, type, as: .int) == ["5", "-7"])
    let large = made.array(count: 1, [nil, made.buffer(words([1], high: 7))])
    #expect(throws: ColumnError(row: 0, problem: .outOfRange("a decimal of more than 64 bits"))) {
      try read(large, type, as: .float)
    }
  }

  @Test func floatsSayWhatTheyLost() throws {
    func lost(
      _ array: ArrowArray, _ type: ArrowType, as logical: LogicalType = .float
    ) throws -> LostDigits? {
      let pool = TextPool()
      let builder = ColumnBuilder(
        rules: ColumnRules(type: logical, isNullable: true), capacity: 10, pool: pool)
      try ArrowConverter(pool: pool).convert(array, type: type, into: builder, at: 2)
      return builder.lostDigits
    }
    let wide: [Int64] = [1 << 53, 9_007_199_254_740_993, .max, -9_007_199_254_740_993]
    let integers = made.array(count: 4, [nil, made.buffer(wide)])
    #expect(
      try lost(integers, .int(bits: 64, isSigned: true))
        == LostDigits(count: 3, row: 3, number: "9007199254740993"))
    #expect(try lost(integers, .int(bits: 64, isSigned: true), as: .int) == nil)
    let nulls = made.array(count: 4, [made.buffer([UInt8(0b0101)]), made.buffer(wide)], nulls: 2)
    #expect(
      try lost(nulls, .int(bits: 64, isSigned: true))
        == LostDigits(row: 4, number: "9223372036854775807"))
    let unsigned = made.array(count: 2, [nil, made.buffer([UInt64.max, 1 << 63])])
    #expect(
      try lost(unsigned, .int(bits: 64, isSigned: false))
        == LostDigits(row: 2, number: "18446744073709551615"))
    let decimals = made.array(
      count: 2, [nil, made.buffer([5, -9_223_372_036_854_775_808] as [Int64])])
    #expect(
      try lost(decimals, .decimal(precision: 18, scale: 2, bits: 64), as: .money("GBP"))
        == LostDigits(row: 3, number: "-92233720368547758.08"))
    // Each row that has the value counts.
    let indices = made.array(
      count: 4, [nil, made.buffer([1, 0, 1, 3] as [UInt8])], dictionary: integers)
    #expect(
      try lost(
        indices,
        .dictionary(indexBits: 8, isSigned: false, values: .int(bits: 64, isSigned: true)))
        == LostDigits(count: 3, row: 2, number: "9007199254740993"))
  }

  @Test func timesOfEveryUnit() throws {
    let array = made.array(count: 2, [nil, made.buffer([-1, 1500] as [Int64])])
    func instants(_ unit: ArrowType.Unit) throws -> [String] {
      try read(array, .timestamp(unit, zone: "Asia/Tokyo"), as: .time)
    }
    #expect(try instants(.second) == ["-1000000", "1500000000"])
    #expect(try instants(.millisecond) == ["-1000", "1500000"])
    #expect(try instants(.microsecond) == ["-1", "1500"])
    #expect(try instants(.nanosecond) == ["-1", "1"])
    #expect(try read(array, .duration(.millisecond), as: .duration) == ["-1000", "1500000"])
    let far = made.array(count: 1, [nil, made.buffer([Int64.max])])
    #expect(throws: ColumnError(row: 0, problem: .outOfRange("\(Int64.max) s"))) {
      try read(far, .timestamp(.second, zone: ""), as: .time)
    }
  }

  @Test func timesReachToTheirEnds() throws {
    let last = TimeRange.instants.bounds.upperBound
    func instants(_ values: [Int64], nulls: Int = 0, _ unit: ArrowType.Unit = .microsecond)
      throws(ColumnError) -> [String]
    {
      // Of three rows the second is null.
      let bits = nulls == 0 ? nil : made.buffer([UInt8(0b101)])
      let array = made.array(count: values.count, [bits, made.buffer(values)], nulls: nulls)
      return try read(array, .timestamp(unit, zone: "UTC"), as: .time)
    }
    #expect(try instants([0, last]) == ["0", "\(last)"])
    #expect(try instants([0, .max, 1], nulls: 1) == ["0", "null", "1"])
    #expect(try instants([.min, .max], .nanosecond).count == 2)
    for (unit, size) in [
      (ArrowType.Unit.second, 1_000_000), (.millisecond, 1000), (.microsecond, 1),
    ] as [(ArrowType.Unit, Int64)] {
      let beyond = last / size + 1
      #expect(throws: ColumnError(row: 2, problem: .instantOutOfRange(beyond * size))) {
        try instants([0, 0, beyond], unit)
      }
      #expect(try instants([0, beyond - 1], unit) == ["0", "\((beyond - 1) * size)"])
    }
    #expect(throws: ColumnError(row: 1, problem: .instantOutOfRange(.min))) {
      try instants([0, .min])
    }
  }

  /// A clock that is behind at the end of 64 bits would show a time at their start.
  @Test(arguments: ["America/New_York", "Asia/Tokyo"])
  func localTimesReachToTheirEnds(name: String) throws {
    let zone = try #require(Zone.named(name))
    for value in [Int64.max, .max - 1, .min, .min + 1] {
      let array = made.array(count: 1, [nil, made.buffer([value])])
      #expect(throws: ColumnError.self) {
        try read(array, .timestamp(.microsecond, zone: ""), as: .time, zone: zone)
      }
    }
  }

  @Test func datesReachToTheirEnds() throws {
    let days = TimeRange.days.bounds
    func dates<T: FixedWidthInteger & BitwiseCopyable>(_ values: [T], as type: LogicalType)
      throws(ColumnError) -> [String]
    {
      let array = made.array(count: values.count, [nil, made.buffer(values)])
      return try read(array, .date(bits: T.bitWidth), as: type)
    }
    let (first, last) = (Int32(days.lowerBound), Int32(days.upperBound))
    #expect(try dates([first, last], as: .date) == ["\(first)", "\(last)"])
    #expect(
      try dates([last], as: .time) == ["\(TimeRange.instants.bounds.upperBound)"])
    for type in [LogicalType.date, .time] {
      for day in [first - 1, last + 1, .min, .max] {
        #expect(throws: ColumnError(row: 1, problem: .dayOutOfRange(Int64(day)))) {
          try dates([0, day], as: type)
        }
      }
      #expect(throws: ColumnError(row: 0, problem: .dayOutOfRange(Int64.max / 86_400_000))) {
        try dates([Int64.max], as: type)
      }
    }
  }

  @Test func timesInDictionariesReachToTheirEnds() throws {
    let values = made.array(count: 2, [nil, made.buffer([0, Int64.max])])
    let type = ArrowType.dictionary(
      indexBits: 8, isSigned: true, values: .timestamp(.microsecond, zone: "UTC"))
    let array = made.array(
      count: 3, [nil, made.buffer([0, 0, 1] as [Int8])], dictionary: values)
    #expect(throws: ColumnError(row: 2, problem: .instantOutOfRange(.max))) {
      try read(array, type, as: .time)
    }
  }

  @Test func naiveTimesAndBareDatesAreLocal() throws {
    let london = try #require(Zone.named("Europe/London"))
    // 2026-07-01, local midnight: an hour earlier in UTC.
    let days: Int32 = 20_635
    let midnight = Int64(days) * 86_400_000_000
    let naive = made.array(count: 1, [nil, made.buffer([midnight])])
    #expect(
      try read(naive, .timestamp(.microsecond, zone: ""), as: .time, zone: london)
        == ["\(midnight - 3_600_000_000)"])
    let dates = made.array(count: 1, [nil, made.buffer([days])])
    #expect(try read(dates, .date(bits: 32), as: .date) == ["20635"])
    #expect(
      try read(dates, .date(bits: 32), as: .time, bareDate: .startOfDay, zone: london)
        == ["\(midnight - 3_600_000_000)"])
    #expect(
      try read(dates, .date(bits: 32), as: .time, zone: london)
        == ["\(midnight + 86_400_000_000 - 3_600_000_000 - 1)"])
    let late = made.array(count: 1, [nil, made.buffer([Int64(-1)])])
    #expect(try read(late, .date(bits: 64), as: .date) == ["-1"])
  }

  @Test func textsInEveryLayout() throws {
    let bytes = Array("redéa text that is longer than twelve".utf8)
    let valid = made.buffer([UInt8(0b1101)])
    let offsets = made.array(
      count: 4, [valid, made.buffer([0, 3, 3, 5, 37] as [Int32]), made.buffer(bytes)], nulls: 1)
    let expected = ["red", "null", "é", "a text that is longer than twelve"].map { $0 }
    let short = made.array(
      count: 3, [nil, made.buffer([0, 3, 3, 5] as [Int64]), made.buffer(bytes)])
    #expect(
      try read(offsets, .text(.offsets), as: .text)
        == [expected[0], "null", "é", String(decoding: bytes[5..<37], as: UTF8.self)])
    #expect(try read(short, .binary(.largeOffsets), as: .text) == ["red", "", "é"])
    var views: [UInt32] = [3, 0, 0, 0]
    withUnsafeMutableBytes(of: &views[1]) { $0.copyBytes(from: Array("red".utf8)) }
    views += [32, 0, 0, 5]
    let view = made.array(count: 2, [nil, made.buffer(views), made.buffer(bytes)])
    #expect(
      try read(view, .text(.views), as: .text)
        == ["red", String(decoding: bytes[5..<37], as: UTF8.self)])
    let broken = made.array(
      count: 1, [nil, made.buffer([0, 1] as [Int32]), made.buffer([UInt8(0xFF)])])
    #expect(throws: ColumnError(row: 0, problem: .notUTF8)) {
      try read(broken, .text(.offsets), as: .text)
    }
  }

  @Test func dictionariesOfTextsAndNumbers() throws {
    let texts = made.array(
      count: 2, [nil, made.buffer([0, 3, 7] as [Int32]), made.buffer(Array("redblue".utf8))])
    let indices = made.array(
      count: 4, [made.buffer([UInt8(0b1011)]), made.buffer([1, 0, 77, 1] as [Int8])], nulls: 1,
      dictionary: texts)
    let type = ArrowType.dictionary(indexBits: 8, isSigned: true, values: .text(.offsets))
    #expect(try read(indices, type, as: .text) == ["blue", "red", "null", "blue"])
    let numbers = made.array(
      count: 2, [made.buffer([UInt8(0b01)]), made.buffer([10, 20] as [Int16])], nulls: 1)
    let coded = made.array(
      count: 3, [nil, made.buffer([0, 1, 0] as [UInt16])], dictionary: numbers)
    let numeric = ArrowType.dictionary(
      indexBits: 16, isSigned: false, values: .int(bits: 16, isSigned: true))
    #expect(try read(coded, numeric, as: .int) == ["10", "null", "10"])
    let beyond = made.array(count: 1, [nil, made.buffer([UInt16(9)])], dictionary: numbers)
    #expect(throws: ColumnError.self) { try read(beyond, numeric, as: .int) }
  }

  @Test func batchesGoOutAndComeBack() throws {
    let columns: [(name: String, type: LogicalType)] = [
      ("i", .int), ("f", .float), ("b", .bool), ("w", .text), ("d", .date),
    ]
    func batch(_ rows: Range<Int>) -> Batch {
      let builders = columns.map {
        ColumnBuilder(
          rules: ColumnRules(type: $0.type, isNullable: true), capacity: rows.count, pool: pool)
      }
      for (place, row) in rows.enumerated() {
        builders[0].int64s[place] = Int64(row)
        builders[1].float64s[place] = Double(row) / 2
        builders[2].bools[place] = row % 3 == 0 ? 1 : 0
        builders[3].codes[place] = pool.intern("text \(row % 4)")
        builders[4].int64s[place] = Int64(row * 100)
        if row % 5 == 2 { for builder in builders { _ = builder.setAbsent(place) } }
      }
      return Batch(
        columns: zip(columns, builders).map {
          Batch.Column(
            name: $0.name, type: $0.type, vector: $1.vector(count: rows.count))
        }, rowCount: rows.count)
    }
    let whole = batch(0..<50)
    let slice = Batch(
      columns: whole.columns.map {
        Batch.Column(name: $0.name, type: $0.type, vector: $0.vector.slice(3..<40))
      }, rowCount: 37)
    var stream = ArrowArrayStream()
    exportArrow([slice, batch(40..<41), batch(0..<0)], columns: columns, pool: pool, into: &stream)
    let other = TextPool()
    let wanted = columns.reversed().map { column in
      (name: column.name, rules: ColumnRules(type: column.type, isNullable: true))
    }
    let back = try importArrow(&stream, columns: wanted, pool: other)
    #expect(stream.release == nil)
    #expect(back.rowCount == 38)
    for row in 0..<38 {
      let original = row + 3
      let isNull = original % 5 == 2
      for column in back.columns { #expect(column.vector.isNull(row) == isNull) }
      if isNull { continue }
      #expect(back["i"]?.vector.int64s[row] == Int64(original))
      #expect(back["f"]?.vector.float64s[row] == Double(original) / 2)
      #expect(back["b"]?.vector.bools[row] == (original % 3 == 0 ? 1 : 0))
      #expect(back["w"].map { other.text($0.vector.codes[row]) } == "text \(original % 4)")
      #expect(back["d"]?.vector.int64s[row] == Int64(original * 100))
    }
  }

  @Test func streamsThatBreakTheContract() throws {
    let vector = ColumnBuilder(rules: ColumnRules(type: .int), capacity: 1, pool: pool)
    vector.int64s[0] = 1
    let batch = Batch(
      columns: [Batch.Column(name: "n", type: .int, vector: vector.vector(count: 1))], rowCount: 1)
    func complaint(_ name: String, _ type: LogicalType) -> String {
      var stream = ArrowArrayStream()
      exportArrow([batch], columns: [("n", .int)], pool: pool, into: &stream)
      do {
        _ = try importArrow(&stream, columns: [(name, ColumnRules(type: type))], pool: pool)
        return "none"
      } catch {
        return "\(error.kind)"
      }
    }
    #expect(complaint("m", .int) == "missing([\"n\"])")
    #expect(complaint("n", .text) == "wrongType(int64)")
  }
}
