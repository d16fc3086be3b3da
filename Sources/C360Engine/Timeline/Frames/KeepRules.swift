import C360Columns
import C360Plan

/// Which exposures estimates use (semantics.md O5), for rows in canonical order.
struct KeepRules {
  let rule: FrameStep.KeepRule
  let zone: ZoneTable

  /// Marks the rows of one entity, 1 for kept.
  ///
  /// - `firstPer`: periods of an exact length are counted from 1970, those of the calendar are local.
  /// - `washout`: neither a row in [t − G, t) nor an equal time before it in canonical order.
  func mark(_ times: UnsafePointer<Int64>, _ rows: Range<Int>, _ kept: UnsafeMutablePointer<UInt8>)
  {
    switch rule {
    case .all: for row in rows { kept[row] = 1 }
    case .first: for row in rows { kept[row] = row == rows.lowerBound ? 1 : 0 }
    case .firstPer(let length):
      var last: Int64?
      for row in rows {
        let period = period(of: times[row], length)
        kept[row] = period == last ? 0 : 1
        last = period
      }
    case .nonOverlapping(let length):
      var open = Int64.min
      for row in rows {
        kept[row] = row == rows.lowerBound || times[row] >= open ? 1 : 0
        if kept[row] == 1 { open = zone.moved(times[row], by: length, times: 1) }
      }
    case .washout(let length):
      for row in rows {
        let start = zone.moved(times[row], by: length, times: -1)
        kept[row] = row == rows.lowerBound || times[row - 1] < start ? 1 : 0
      }
    }
  }

  private func period(of time: Int64, _ length: TimeOffset) -> Int64 {
    switch length {
    case .exact(let length):
      let quotient = time / max(1, length)
      return time % max(1, length) < 0 ? quotient - 1 : quotient
    case .calendar(let step): return zone.periodStart(step, of: time) ?? .min
    }
  }
}

extension ZoneTable {
  /// The instant some offsets later, earlier for negative `times`; beyond the ends of 64 bits it stays
  /// at the end.
  func moved(_ instant: Int64, by offset: TimeOffset, times: Int) -> Int64 {
    switch offset {
    case .exact(let length):
      let (distance, far) = length.multipliedReportingOverflow(by: Int64(times))
      if far { return times < 0 ? .min : .max }
      let (result, overflow) = instant.addingReportingOverflow(distance)
      return overflow ? (distance < 0 ? .min : .max) : result
    case .calendar(let step):
      let (count, far) = step.count.multipliedReportingOverflow(by: times)
      let end: Int64 = times < 0 ? .min : .max
      return far ? end : add(CalendarStep(count, step.unit), to: instant) ?? end
    }
  }
}
