import C360Columns
import C360Diagnostics
import C360IO
import C360Lowering
import C360Semantics

/// The contract behind a source: of a table, or of an exposure from a file.
struct SourceOrigin {
  let name: String
  let source: DataSource
  let columns: [Column]
  let timezone: String
  /// When a row came to be known.
  let clocks: [Clock]
  /// Position of the column that says when what a row grants was taken back: an entry of its own (C1).
  let end: Int?
  /// Positions of the columns that have a role: key, times, purpose, action, propensity.
  let roles: [Int]
  /// Positions of those without which a row has no place: keys, when it happened, the purpose,
  /// the probability of a link.
  let indispensable: [Int]
  /// The order in which the engine reads the rows; nil where it does not matter.
  let order: StoredOrder?

  init(_ origin: RowSource.Origin, in program: Program) {
    switch origin {
    case .table(let id):
      let table = program[id]
      name = table.name
      source = table.source
      columns = table.columns
      timezone = table.timezone
      clocks = Self.clocks(of: table.kind)
      if case .consents(let roles) = table.kind { end = roles.until } else { end = nil }
      roles = Self.roles(of: table.kind)
      indispensable = Self.indispensable(table.kind)
      order = Self.order(of: table)
    case .exposure(let id):
      let exposure = program[id]
      name = exposure.name
      columns = exposure.columns
      timezone = exposure.timezone
      clocks = []
      end = nil
      roles =
        [exposure.key, exposure.time]
        + [exposure.action?.column, exposure.propensity].compactMap { $0 }
      indispensable = [exposure.key, exposure.time]
      order = StoredOrder(
        key: exposure.key, time: exposure.time, tieBreak: Array(exposure.columns.indices))
      if case .file(let data) = exposure.origin {
        source = data
      } else {
        source = DataSource(
          path: "", directory: "", format: nil, options: [:], span: exposure.span)
      }
    }
  }

  /// A column whose time, and so many µs, is when the row is known.
  struct Clock {
    /// Position in the contract.
    let column: Int
    var delay: Int64 = 0
  }

  private static func clocks(of kind: Table.Kind) -> [Clock] {
    switch kind {
    case .events(let roles):
      let known = roles.known.map { Clock(column: $0) }
      let time = Clock(column: roles.time, delay: roles.arrivesWithin ?? 0)
      // A version that says its event has yet to happen still replaces the ones before it.
      return roles.id == nil ? [time] + (known.map { [$0] } ?? []) : [known ?? time]
    case .profile(let roles):
      return [roles.from, roles.known].compactMap { $0 }.map { Clock(column: $0) }
    case .consents(let roles): return [Clock(column: roles.from)]
    case .identity(let roles): return roles.known.map { [Clock(column: $0)] } ?? []
    case .actions, .limits: return []
    }
  }

  private static func roles(of kind: Table.Kind) -> [Int] {
    switch kind {
    case .events(let roles):
      [roles.key, roles.time]
        + [roles.known, roles.sequence, roles.id, roles.retracted].compactMap { $0 }
    case .profile(let roles):
      [roles.key] + [roles.from, roles.known, roles.until].compactMap { $0 }
    case .consents(let roles):
      [roles.key, roles.purpose, roles.from] + (roles.until.map { [$0] } ?? [])
    case .actions(let roles): [roles.key]
    case .limits(let roles): roles.keys
    case .identity(let roles):
      [roles.identifier, roles.entity] + [roles.known].compactMap { $0 }
    }
  }

  private static func indispensable(_ kind: Table.Kind) -> [Int] {
    switch kind {
    case .events(let roles): [roles.key, roles.time]
    case .profile(let roles): [roles.key] + [roles.from].compactMap { $0 }
    case .consents(let roles): [roles.key, roles.purpose, roles.from]
    case .actions(let roles): [roles.key]
    case .limits(let roles): roles.keys
    case .identity(let roles):
      if case .tableColumn(_, let weight) = roles.weight.kind, roles.rule != .clusters {
        [roles.identifier, roles.entity, weight]
      } else {
        [roles.identifier, roles.entity]
      }
    }
  }

  private static func order(of table: Table) -> StoredOrder? {
    let all = Array(table.columns.indices)
    switch table.kind {
    case .events(let roles):
      return StoredOrder(
        key: roles.key, time: roles.time, tieBreak: (roles.sequence.map { [$0] } ?? []) + all)
    case .profile(let roles): return StoredOrder(key: roles.key, time: roles.from, tieBreak: all)
    case .consents(let roles): return StoredOrder(key: roles.key, time: roles.from, tieBreak: all)
    case .actions, .limits, .identity: return nil
    }
  }

  func contract(of position: Int) -> ColumnContract {
    let column = columns[position]
    let nan: NaNPolicy =
      switch column.nan {
      case .reject: .reject
      case .null: .null
      case .keep: .keep
      }
    let bareDate: BareDatePolicy =
      switch column.bareDate {
      case .startOfDay: .startOfDay
      case .endOfDay: .endOfDay
      }
    var contract = ColumnContract(
      name: column.name, type: column.type.logical, isNullable: column.type.isOptional,
      defaultValue: column.defaultValue?.scalar, nan: nan, bareDate: bareDate, timeZone: timezone,
      span: column.span)
    contract.isIndispensable = indispensable.contains(position)
    return contract
  }
}

extension Value {
  /// For columns; calendar spans have none.
  var scalar: Scalar {
    switch self {
    case .null, .calendarSpan: .null
    case .bool(let value): .bool(value)
    case .int(let value), .time(let value), .date(let value), .duration(let value): .int(value)
    case .float(let value): .float(value)
    case .text(let value): .text(value)
    case .vector(let elements): .vector(elements)
    case .list(let elements): .list(elements.map(\.scalar))
    }
  }
}

extension DataSource {
  /// What `as csv(…)` says; nil when the extension decides.
  func fileFormat() throws -> FileFormat? {
    guard let format else { return nil }
    guard var named = FileFormat(name: format) else {
      throw DiagnosticError([
        Diagnostic(
          IODiagnostics.unknownFormat.code, .error, "`\(format)` is no format of files", at: span,
          help: ["formats are csv, tsv, parquet, arrow and jsonl"])
      ])
    }
    guard case .csv(var csv) = named else { return named }
    for (name, value) in options.sorted(by: { $0.key < $1.key }) {
      try csv.set(name, value, at: span)
    }
    named = .csv(csv)
    return named
  }
}

extension CSVOptions {
  fileprivate mutating func set(_ name: String, _ value: Value, at span: Span) throws {
    func byte(_ text: String) throws -> UInt8 {
      guard text.utf8.count == 1, let byte = text.utf8.first else {
        throw refusal("`\(name)` is one character")
      }
      return byte
    }
    func refusal(_ message: String) -> DiagnosticError {
      DiagnosticError([
        Diagnostic(IODiagnostics.badCSVOptions.code, .error, message, at: span)
      ])
    }
    switch (name, value) {
    case ("delimiter", .text(let text)): delimiter = try byte(text)
    case ("quote", .text(let text)): quote = try byte(text)
    case ("header", .bool(let value)): hasHeader = value
    case ("null", .text(let text)), ("nulls", .text(let text)):
      nullWords = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    case ("delimiter", _), ("quote", _), ("null", _), ("nulls", _):
      throw refusal("`\(name)` is a text")
    case ("header", _): throw refusal("`header` is true or false")
    default:
      throw refusal("`\(name)` is no option of csv; there are delimiter, quote, header and null")
    }
  }
}
