import C360Columns
import C360Plan
import C360Semantics

/// The rows of a table, or of the file behind an exposure, as they are read.
final class TableRows {
  let origin: RowSource.Origin
  let relation: RelationID
  let contract: [Column]
  /// By position in the contract; only what somebody asked for.
  var columns: [Int: ColumnID] = [:]

  init(origin: RowSource.Origin, relation: RelationID, contract: [Column]) {
    self.origin = origin
    self.relation = relation
    self.contract = contract
  }
}

/// The rows of an exposure in canonical order.
final class Frame {
  let exposure: ExposureID
  let relation: RelationID
  /// By position in the exposure's columns.
  let columns: [ColumnID]
  let key: ColumnID
  let time: ColumnID
  let number: ColumnID
  /// Present when somebody asks.
  var kept: ColumnID?
  /// The furthest end of an outcome's window.
  private(set) var reach: TimeOffset?

  init(
    exposure: ExposureID, relation: RelationID, columns: [ColumnID], key: ColumnID, time: ColumnID,
    number: ColumnID
  ) {
    self.exposure = exposure
    self.relation = relation
    self.columns = columns
    self.key = key
    self.time = time
    self.number = number
  }

  func reach(_ within: TimeOffset) {
    if within.approximateLength > reach?.approximateLength ?? .min { reach = within }
  }
}

extension TimeOffset {
  /// Microseconds; of calendar units their mean.
  package var approximateLength: Int64 {
    switch self {
    case .exact(let length): return length
    case .calendar(let step):
      let days =
        switch step.unit {
        case .day: 1.0
        case .week: 7.0
        case .month: 30.436875
        case .quarter: 91.310625
        case .year: 365.2425
        }
      return Int64(days * Double(step.count) * 86_400_000_000)
    }
  }
}

extension Lowering {
  // MARK: Tables

  func rows(_ id: TableID) -> TableRows {
    var name = program[id].name
    if case .events(let roles) = program[id].kind, roles.via != nil { name += " rows" }
    return rows(.table(id), named: name, program[id].columns)
  }

  /// The file behind an exposure, before it is put in order.
  func rows(_ id: ExposureID) -> TableRows {
    rows(.exposure(id), named: "\(program[id].name) rows", program[id].columns)
  }

  private func rows(
    _ origin: RowSource.Origin, named name: String, _ contract: [Column]
  ) -> TableRows {
    if let known = tables[origin] { return known }
    let rows = TableRows(
      origin: origin, relation: plan.addRelation(name), contract: contract)
    tables[origin] = rows
    tableOrder.append(rows)
    return rows
  }

  func column(_ position: Int, of rows: TableRows) -> ColumnID {
    if let known = rows.columns[position] { return known }
    let column = rows.contract[position]
    let id = addColumn(
      column.name, column.type.logical, in: rows.relation,
      nullable: column.type.isOptional && column.defaultValue == nil)
    rows.columns[position] = id
    return id
  }

  /// All columns of the contract: what orders rows that are equal in key and time (T2).
  func allColumns(of rows: TableRows) -> [ColumnID] {
    rows.contract.indices.map { column($0, of: rows) }
  }

  // MARK: Exposures

  func frame(_ id: ExposureID) -> Frame {
    if let known = frames[id] { return known }
    let exposure = program[id]
    let relation = plan.addRelation(exposure.name)
    let columns = exposure.columns.map {
      addColumn($0.name, $0.type.logical, in: relation, nullable: $0.type.isOptional)
    }
    let number = addColumn("number", .int, in: relation, nullable: false)
    let frame = Frame(
      exposure: id, relation: relation, columns: columns, key: columns[exposure.key],
      time: columns[exposure.time], number: number)
    frames[id] = frame
    frameOrder.append(frame)
    if case .file = exposure.origin { _ = allColumns(of: rows(id)) }
    for table in populationTables(of: exposure) { _ = population(table, isNamed: true) }
    return frame
  }

  /// Without a rule every row is kept.
  func kept(_ exposure: ExposureID) -> ScalarID {
    guard program[exposure].isKeepDeclared else {
      return scalars.constant(.bool(true), .bool)
    }
    return scalar(keptColumn(of: frame(exposure)))
  }

  private func keptColumn(of frame: Frame) -> ColumnID {
    if let known = frame.kept { return known }
    let column = addColumn("kept", .bool, in: frame.relation, nullable: false)
    frame.kept = column
    return column
  }

  /// The tables whose entities a generated exposure ranges over.
  private func populationTables(of exposure: Exposure) -> [TableID] {
    switch exposure.origin {
    case .file, .row: return []
    case .every(_, _, _, let table?), .instant(_, let table?): return [table]
    case .every(_, _, _, nil), .instant(_, nil):
      return program.tables.indices.map { TableID($0) }.filter {
        program[$0].entity == exposure.entity && program[$0].hasEntities
      }
    }
  }

  private func population(of exposure: Exposure) -> [FrameStep.Population] {
    let tables = populationTables(of: exposure)
    let isNamed =
      switch exposure.origin {
      case .every(_, _, _, let table), .instant(_, let table): table != nil
      case .file, .row: false
      }
    return tables.map { population($0, isNamed: isNamed) }
  }

  /// A named profile counts while a version holds; otherwise who was once seen stays.
  private func population(_ id: TableID, isNamed: Bool) -> FrameStep.Population {
    let rows = rows(id)
    func column(_ position: Int?) -> ColumnID? { position.map { self.column($0, of: rows) } }
    switch program[id].kind {
    case .events(let roles):
      if let linked = linked(id) {
        let events = eventSource(linked, roles)
        return FrameStep.Population(
          relation: linked.relation, key: events.key, time: events.time, known: events.known,
          arrivesWithin: events.arrivesWithin, until: nil, gone: events.gone)
      }
      return FrameStep.Population(
        relation: rows.relation, key: self.column(roles.key, of: rows), time: column(roles.time),
        known: column(roles.known), arrivesWithin: roles.arrivesWithin, until: nil)
    case .profile(let roles):
      return FrameStep.Population(
        relation: rows.relation, key: self.column(roles.key, of: rows), time: column(roles.from),
        known: column(roles.known), arrivesWithin: nil,
        until: isNamed ? column(roles.until) : nil,
        expiresAfter: isNamed ? roles.expiresAfter?.offset : nil)
    case .consents(let roles):
      return FrameStep.Population(
        relation: rows.relation, key: self.column(roles.key, of: rows), time: column(roles.from),
        known: nil, arrivesWithin: nil, until: nil)
    case .identity(let roles):
      return FrameStep.Population(
        relation: rows.relation, key: self.column(roles.entity, of: rows), time: nil, known: nil,
        arrivesWithin: nil, until: nil)
    case .actions, .limits:
      return FrameStep.Population(
        relation: rows.relation, key: self.column(program[id].kind.keyColumn, of: rows), time: nil,
        known: nil, arrivesWithin: nil, until: nil)
    }
  }

  func frameStep(_ frame: Frame) -> FrameStep {
    let exposure = program[frame.exposure]
    let origin: FrameStep.Origin
    switch exposure.origin {
    case .file:
      let rows = rows(frame.exposure)
      origin = .rows(
        input: rows.relation,
        columns: zip(allColumns(of: rows), frame.columns).map { (from: $0, to: $1) })
    case .every(let step, let start, let through, _):
      origin = .every(
        step.offset, start: start, through: through,
        population: population(of: exposure))
    case .instant(let time, _):
      origin = .instant(time, population: population(of: exposure))
    case .row(let entity, let time): origin = .row(key: entity.constant, time: time)
    }
    var keep = keepRule(of: exposure)
    if let reach = frame.reach {
      // Counted for the report: kept rows, or, without a rule, those that overlap no other.
      _ = keptColumn(of: frame)
      if !exposure.isKeepDeclared { keep = .washout(reach) }
    }
    return FrameStep(
      relation: frame.relation, origin: origin, key: frame.key, time: frame.time,
      number: frame.number, kept: frame.kept, keep: keep, timezone: exposure.timezone)
  }

  private func keepRule(of exposure: Exposure) -> FrameStep.KeepRule {
    switch exposure.keep {
    case .all: .all
    case .first: .first
    case .firstPer(let period): .firstPer(period.offset)
    case .nonOverlapping(let length): .nonOverlapping(length.offset)
    case .washout(let gap): .washout(gap.offset)
    }
  }
}
