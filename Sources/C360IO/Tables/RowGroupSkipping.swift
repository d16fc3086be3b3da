#if C360_ARROW
  import C360Arrow
  import C360Columns

  /// Which row groups of a Parquet file need not be read.
  struct RowGroupSkipping {
    let contract: TableContract
    let file: ParquetFile
    /// Position in the file of each column of the contract.
    let positions: [Int]

    /// nil: it is to be read. The reason is the same for all of its rows: where the horizon would drop
    /// some of them and a condition the others, they are read, so that each is counted where it belongs.
    func reason(toSkip rowGroup: Int) -> RowRequirement.Reason? {
      if contract.requirements.isEmpty { return nil }
      let horizon = contract.requirements.filter { $0.reason == .notYetKnown }
      let conditions = contract.requirements.filter { $0.reason == .condition }
      let reason: RowRequirement.Reason
      if horizon.contains(where: { tells($0, rowGroup) { $0.fails } }) {
        reason = .notYetKnown
      } else if conditions.contains(where: { tells($0, rowGroup) { $0.fails } }),
        horizon.allSatisfy({ tells($0, rowGroup) { $0.holds } })
      {
        reason = .condition
      } else {
        return nil
      }
      return keepsContract(rowGroup) ? reason : nil
    }

    /// Whether there are no nulls where the contract has none, and times are in their range: the reader
    /// would complain.
    private func keepsContract(_ rowGroup: Int) -> Bool {
      zip(contract.columns, positions).allSatisfy { column, position in
        let mayBeNull = column.isNullable || (column.defaultValue ?? .null) != .null
        guard !mayBeNull || column.type.timeRange != nil else { return true }
        let bounds = file.bounds(rowGroup: rowGroup, field: position)
        guard mayBeNull || bounds.nulls == 0 else { return false }
        return bounds.nulls == file.rowGroups[rowGroup]
          || hasKnownTimes(bounds, column, file.fields[position].type)
      }
    }

    /// Whether a column has no nulls and its values, integers or times, fit.
    func keepsContract(_ column: Int, _ rowGroup: Int) -> Bool {
      let bounds = file.bounds(rowGroup: rowGroup, field: positions[column])
      let (contract, type) = (contract.columns[column], file.fields[positions[column]].type)
      return bounds.nulls == 0 && integers(bounds, contract, type) != nil
        && hasKnownTimes(bounds, contract, type)
    }

    /// Whether all times or dates of a column are in their range; so it is of a column of another type.
    private func hasKnownTimes(
      _ bounds: ColumnBounds, _ column: ColumnContract, _ type: ArrowType
    ) -> Bool {
      guard let range = column.type.timeRange else { return true }
      if case .timestamp(.nanosecond, _) = type { return true }
      guard let values = integers(bounds, column, type) else { return false }
      return range.contains(values.lowerBound) && range.contains(values.upperBound)
    }

    /// Whether statistics tell it of all rows. A null meets some requirements, and a default may
    /// stand in its place, so they say nothing of columns with nulls.
    private func tells(
      _ requirement: RowRequirement, _ rowGroup: Int,
      _ verdict: ((fails: Bool, holds: Bool)) -> Bool
    ) -> Bool {
      let position = positions[requirement.column]
      let bounds = file.bounds(rowGroup: rowGroup, field: position)
      guard bounds.nulls == 0 else { return false }
      let column = contract.columns[requirement.column]
      switch requirement.value {
      case .int(let value):
        guard let range = integers(bounds, column, file.fields[position].type) else { return false }
        let (least, greatest) = (range.lowerBound, range.upperBound)
        return verdict(
          (
            requirement.fails(least: least, greatest: greatest, value: value, <),
            requirement.holds(least: least, greatest: greatest, value: value, <)
          ))
      case .text(let value):
        guard column.type == .text, case .texts(let least, let greatest) = bounds.values else {
          return false
        }
        let bytes = Array(value.utf8)
        func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
          left.lexicographicallyPrecedes(right)
        }
        return verdict(
          (
            requirement.fails(least: least, greatest: greatest, value: bytes, precedes),
            requirement.holds(least: least, greatest: greatest, value: bytes, precedes)
          ))
      default: return false
      }
    }

    /// The bounds as the language's values.
    private func integers(
      _ bounds: ColumnBounds, _ column: ColumnContract, _ type: ArrowType
    ) -> ClosedRange<Int64>? {
      // No zone is further from UTC, and a bare date may stand for its start or its end.
      let day: Int64 = 86_400_000_000
      switch (column.type, bounds.values, type) {
      case (.int, .integers(let range), .int): return range
      case (.date, .days(let range), .date): return range
      case (.time, .instants(let range), .timestamp(_, let zone)):
        return zone.isEmpty ? range.widened(by: 2 * day) : range
      case (.time, .days(let range), .date):
        let (least, below) = range.lowerBound.multipliedReportingOverflow(by: day)
        let (greatest, above) = range.upperBound.multipliedReportingOverflow(by: day)
        return below || above ? nil : (least...greatest).widened(by: 3 * day)
      default: return nil
      }
    }
  }

  extension ClosedRange<Int64> {
    fileprivate func widened(by length: Int64) -> ClosedRange<Int64>? {
      let (least, below) = lowerBound.subtractingReportingOverflow(length)
      let (greatest, above) = upperBound.addingReportingOverflow(length)
      return below || above ? nil : least...greatest
    }
  }
#endif
