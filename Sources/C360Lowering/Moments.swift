import C360Columns
import C360Plan
import C360Semantics

/// Rows that each are a moment of an entity: an exposure's, or events asked for their past.
struct Moments {
  let relation: RelationID
  let key: ColumnID
  let time: ColumnID
  let timezone: String
}

/// A condition that is asked throughout a stretch of time after each moment, told apart by what it says.
struct HoldKey: Hashable {
  enum Part: Hashable {
    case consent(ConsentQuestion)
    case column(ColumnID)
    /// Of the two that follow.
    case and, or
  }
  let relation: RelationID
  let parts: [Part]
  let length: TimeOffset
}

/// What is asked at the moments of each relation, grouped into the steps that answer.
struct MomentRequests {
  struct TimelineKey: Hashable {
    let table: TableID
    let relation: RelationID
    /// Columns of the actions where matches are asked; such timelines belong to a decision.
    let decision: Int?
    /// Steps of a lower level run before.
    let level: Int
  }
  struct Timeline {
    let moments: Moments
    /// Where answers go: the moments, or the exposures × actions of a decision.
    let target: RelationID
    var outputs: [TimelineStep.Output] = []
    var index: [WindowedAggregate: ColumnID] = [:]
    var coverages: [TimelineStep.Coverage] = []
  }
  struct LookupKey: Hashable {
    let table: TableID
    let relation: RelationID
  }
  struct ProfileLookup {
    let moments: Moments
    var columns: [Int: ColumnID] = [:]
  }
  struct ConsentKey: Hashable {
    let ledger: TableID
    let relation: RelationID
    /// The decision whose actions say the channel.
    let decision: Int?
  }
  struct CoverageLookup {
    let moments: Moments
    var windows: [CoverageStep.Window] = []
  }
  struct HoldLookup {
    let moments: Moments
    let hold: CoverageStep.Hold
    /// Steps of a lower level run before.
    let level: Int
  }
  struct DrawLookup {
    let moments: Moments
    var draws: [(DrawStep.Hash, ColumnID)] = []
  }
  struct ConsentLookup {
    let moments: Moments
    var tests: [ConsentStep.Test] = []
  }

  /// The events of a table as moments, and columns that come back to them.
  struct EventMoments {
    let moments: Moments
    let place: ColumnID
    var returned: [(from: ColumnID, to: ColumnID)] = []
  }

  var events: [TableID: EventMoments] = [:]
  var eventOrder: [TableID] = []
  var timelines: [TimelineKey: Timeline] = [:]
  var timelineOrder: [TimelineKey] = []
  var versions: [TableID: VersionsStep] = [:]
  var versionOrder: [TableID] = []
  var profiles: [LookupKey: ProfileLookup] = [:]
  var profileOrder: [LookupKey] = []
  var consents: [ConsentKey: ConsentLookup] = [:]
  var consentOrder: [ConsentKey] = []
  var draws: [RelationID: DrawLookup] = [:]
  var drawOrder: [RelationID] = []
  var coverages: [RelationID: CoverageLookup] = [:]
  var coverageOrder: [RelationID] = []
  var holds: [HoldLookup] = []
  var holdColumns: [HoldKey: ColumnID] = [:]
  /// Event columns computed before timelines read them, in order of need.
  var derived: [(relation: RelationID, scalar: ScalarID, column: ColumnID)] = []
}

extension Lowering {
  // MARK: Profiles

  /// A profile's column as of each moment, its default applied.
  func profileColumn(
    _ table: TableID, _ position: Int, at moments: Moments, _ scope: Scope
  ) -> ScalarID {
    let key = MomentRequests.LookupKey(table: table, relation: moments.relation)
    if requests.profiles[key] == nil {
      requests.profiles[key] = MomentRequests.ProfileLookup(moments: moments)
      requests.profileOrder.append(key)
      _ = allColumns(of: rows(table))
    }
    let column = program[table].columns[position]
    var found = requests.profiles[key]?.columns[position]
    if found == nil {
      found = addColumn(
        "\(program[table].name).\(column.name)", column.type.logical, in: moments.relation,
        nullable: true)
      requests.profiles[key]?.columns[position] = found
    }
    guard var found else { preconditionFailure("a lookup that was just made") }
    found = returned(found, scope)
    guard let value = column.defaultValue, value != .null else { return scalar(found) }
    let type = column.type.physical
    return scalars.add(
      .coalesce, [scalar(found), scalars.constant(value.constant, type)], type)
  }

  // MARK: Coverage

  /// The share of a window that is covered, at each moment.
  func coverage(_ covered: CoveredWindow, at moments: Moments) -> ScalarID {
    var observed: Int64?
    if case .events(let roles) = program[covered.table].kind { observed = roles.observedFrom }
    if observed == nil, covered.permitted.isEmpty {
      return scalars.constant(.float(bits: (1.0).bitPattern), .float64)
    }
    let spec = covered.window.spec(since: nil)
    if requests.coverages[moments.relation] == nil {
      requests.coverages[moments.relation] = MomentRequests.CoverageLookup(moments: moments)
      requests.coverageOrder.append(moments.relation)
    }
    // One that a mask makes smaller is made for each use: few are.
    let known = requests.coverages[moments.relation]?.windows.first {
      $0.window == spec && $0.lag == covered.lag && $0.every == covered.every?.offset
        && $0.observedFrom == observed && $0.permitted.isEmpty && covered.permitted.isEmpty
    }
    if let known { return scalar(known.column) }
    let column = addColumn(
      "coverage of \(program[covered.table].name)", .float, in: moments.relation, nullable: false)
    var window = CoverageStep.Window(
      window: spec, lag: covered.lag, every: covered.every?.offset, observedFrom: observed,
      column: column)
    window.permitted = covered.permitted.compactMap { permission($0, at: moments, column) }
    requests.coverages[moments.relation]?.windows.append(window)
    return scalar(column)
  }

  func coverageStep(_ relation: RelationID) -> CoverageStep? {
    requests.coverages[relation].map {
      CoverageStep(
        frame: relation, time: $0.moments.time, windows: $0.windows,
        timezone: $0.moments.timezone)
    }
  }

  func asOfStep(_ key: MomentRequests.LookupKey) -> AsOfStep? {
    guard let lookup = requests.profiles[key], case .profile(let roles) = program[key.table].kind
    else { return nil }
    let versions = rows(key.table)
    return AsOfStep(
      versions: versions.relation, key: column(roles.key, of: versions),
      from: roles.from.map { column($0, of: versions) },
      known: roles.known.map { column($0, of: versions) },
      until: roles.until.map { column($0, of: versions) },
      expiresAfter: roles.expiresAfter?.offset, timezone: program.timezone,
      tieBreak: allColumns(of: versions), frame: lookup.moments.relation,
      frameKey: lookup.moments.key, frameTime: lookup.moments.time,
      columns: lookup.columns.sorted { $0.key < $1.key }.map {
        (from: column($0.key, of: versions), to: $0.value)
      })
  }
}
