import C360Columns
import C360Lowering
import C360Semantics
import Synchronization

/// What becomes of the rows that a decision at the cut may not see (semantics.md S5).
enum CanaryChange: String, CaseIterable, Sendable {
  case none = "as they are"
  case dropped = "left out"
  case doubled = "doubled"
  case replaced = "replaced by others"
}

/// Data up to an instant as they are, and after it as a change makes them.
final class CanaryCut: Sendable {
  /// µs UTC. Exposures after it are not there.
  let time: Int64
  /// Rows count as late from here on: `time`, except where a test wants to hear the canary.
  private let lateFrom: Int64
  let change: CanaryChange
  private let changed = Mutex(0)

  init(time: Int64, lateFrom: Int64, change: CanaryChange) {
    self.time = time
    self.lateFrom = lateFrom
    self.change = change
  }

  /// Rows that were changed so far.
  var changedRows: Int { changed.withLock { $0 } }

  /// The rows of a source with the change.
  ///
  /// - Parameter positions: of the batch's columns in the contract of the source.
  func apply(
    _ batch: Batch, _ origin: RowSource.Origin, _ positions: [Int], _ program: Program
  ) -> Batch {
    func vector(_ position: Int) -> Vector? {
      positions.firstIndex(of: position).map { batch.columns[$0].vector }
    }
    let rows = (0..<batch.rowCount).map { Int32(truncatingIfNeeded: $0) }
    switch origin {
    case .exposure(let id):
      guard let times = vector(program[id].time) else { return batch }
      return batch.taking(rows.filter { times.int64s[Int($0)] <= time })
    case .table(let id):
      let clocks = CanaryClocks(program[id].kind)
      let ends = clocks.end.flatMap(vector)
      let late = rows.filter { row in
        // What has ended by then was an entry by then, even of a consent that begins later.
        if let ends, !ends.isNull(Int(row)), ends.int64s[Int(row)] <= lateFrom { return false }
        return clocks.all.contains { clock in
          vector(clock.column).map { isLate(Int(row), clock, $0) } ?? false
        }
      }
      if change != .none { changed.withLock { $0 += late.count } }
      let held = Set(late)
      switch change {
      case .none: return batch
      case .doubled: return batch.taking(rows + late)
      case .dropped:
        return withoutLaterEnds(batch.taking(rows.filter { !held.contains($0) }), clocks, positions)
      case .replaced:
        return withoutLaterEnds(replacing(late, in: batch, clocks, positions), clocks, positions)
      }
    }
  }

  /// A null clock: never known.
  private func isLate(_ row: Int, _ clock: CanaryClocks.Clock, _ values: Vector) -> Bool {
    if values.isNull(row) { return true }
    let (instant, overflow) = values.int64s[row].addingReportingOverflow(clock.delay)
    return overflow || (clock.countsAtOnce ? instant > lateFrom : instant >= lateFrom)
  }

  /// Each late row takes the values of the next late one, which may be of another entity, and is an hour
  /// later on the clocks that make it late.
  private func replacing(
    _ late: [Int32], in batch: Batch, _ clocks: CanaryClocks, _ positions: [Int]
  ) -> Batch {
    let rows = (0..<batch.rowCount).map { Int32(truncatingIfNeeded: $0) }
    var turned = rows
    for (place, row) in late.enumerated() { turned[Int(row)] = late[(place + 1) % late.count] }
    let columns = zip(positions, batch.columns).map { position, column in
      guard let clock = clocks.all.first(where: { $0.column == position }) else {
        return Batch.Column(
          name: column.name, type: column.type,
          vector: clocks.hasExchangeableRows ? column.vector.taking(turned) : column.vector)
      }
      let moved = column.vector.taking(rows)
      for row in late.map({ Int($0) })
      where !moved.isNull(row) && isLate(row, clock, column.vector) {
        let (later, overflow) = moved.int64s[row].addingReportingOverflow(Self.hour)
        if !overflow { moved.int64s[row] = later }
      }
      return Batch.Column(name: column.name, type: column.type, vector: moved)
    }
    return Batch(columns: columns, rowCount: batch.rowCount)
  }

  private static let hour: Int64 = 3_600_000_000

  /// What ends after the cut has no end there: a withdrawal of consent is an entry of its own.
  private func withoutLaterEnds(
    _ batch: Batch, _ clocks: CanaryClocks, _ positions: [Int]
  ) -> Batch {
    guard let end = clocks.end, let place = positions.firstIndex(of: end) else { return batch }
    return batch.withoutEnds(in: place, after: lateFrom)
  }
}

/// Which columns of a table say when its rows can be seen.
struct CanaryClocks {
  struct Clock {
    /// Position in the contract.
    let column: Int
    /// µs until the row is known.
    var delay: Int64 = 0
    /// Whether a decision at the very instant sees the row (C1).
    var countsAtOnce = false
  }
  /// A row is late when one of them says so.
  var all: [Clock] = []
  /// When what a row says ends, as an entry of its own.
  var end: Int?
  /// Whether late rows may have each other's values: not so links, whose probabilities add up to 1.
  var hasExchangeableRows = true

  init(_ kind: Table.Kind) {
    switch kind {
    case .events(let roles):
      let known = roles.known.map { [Clock(column: $0)] }
      let time = Clock(column: roles.time, delay: roles.arrivesWithin ?? 0)
      // A version that says its event has yet to happen still replaces the ones before it.
      all = roles.id == nil ? [time] + (known ?? []) : known ?? [time]
    case .profile(let roles):
      all = [roles.from, roles.known].compactMap { $0 }.map { Clock(column: $0) }
    case .consents(let roles):
      all = [Clock(column: roles.from, countsAtOnce: true)]
      end = roles.until
    case .identity(let roles):
      all = [roles.known].compactMap { $0 }.map { Clock(column: $0) }
      hasExchangeableRows = false
    case .actions, .limits: break
    }
  }
}
