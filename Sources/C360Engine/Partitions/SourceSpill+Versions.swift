import C360Columns
import C360Plan

extension SourceSpill {
  /// Ranges of the ids of events.
  static func ranges(
    of id: ColumnID, _ scan: ScanStep, _ stream: any RowStream, _ wanted: Int,
    _ run: PartitionedRun
  ) throws(EngineError) -> [PhysicalType: KeyRanges] {
    guard let name = scan.columns.first(where: { $0.column == id })?.name else { return [:] }
    let ids = try ScanOperator.reading { try stream.sample(column: name, rows: sampleRows) }
    let sample = KeyRanges.Sample(keys: ids, weight: 1)
    return [ids.type: KeyRanges([sample], wanted: wanted, pool: run.context.pool)]
  }

  /// Finds out when versions stop to count, id by id, and cuts their rows by key.
  ///
  /// - Parameter byId: rows with all versions of an id in one partition.
  /// - Returns: the rows with one more column, within partitions no longer in the order of the file.
  mutating func compare(
    _ step: VersionsStep, _ byId: SpilledSource, by key: ColumnID?, _ run: PartitionedRun
  ) throws(EngineError) -> SpilledSource {
    let columns = byId.columnIDs + [step.gone]
    let result = SpilledSource(
      columns, of: step.relation, in: run.plan,
      file: try SpillFile(directory: run.options.directory), partitions: partitions)
    for partition in byId.rowCounts.indices where byId.rowCounts[partition] > 0 {
      try run.context.checkCancelled()
      let range = partition..<partition + 1
      var state = ExecutionState(plan: run.plan)
      state.relations[step.relation] = try byId.load(range, threads: run.context.threads)
      try VersionsOperator.run(step, &state, run.context)
      counts.merge(state.counts)
      if let events = run.cut.newest[step.relation],
        let time = Coverages.newest(events, state)
      {
        newest[step.relation] = max(newest[step.relation] ?? .min, time)
      }
      let places = try byId.numbers(range).map { Int32(bitPattern: UInt32($0)) }
      let numbers = try Self.numbers(
        key.map { state.vector($0) }, places.count, ranges,
        place: partition * partitions
          / byId.rowCounts.count, result, run.context)
      let rows = StreamedRows(
        batch: Batch(columns: [], rowCount: places.count), firstRow: 0, places: places)
      try Self.write(columns.map { state.vector($0) }, rows, numbers, to: result, run.context)
    }
    return result
  }
}
