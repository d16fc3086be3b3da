#if C360_ARROW
  import C360Arrow
  import C360Columns
  import C360Diagnostics

  /// Finds the contract's columns among those of a file and checks the types of all that it lists;
  /// the positions are those of the columns to read.
  func matchColumns(
    _ fields: [ArrowField], _ contract: TableContract, path: String
  ) throws -> [Int] {
    let toRead = contract.columns.count
    let contract = contract.complete
    var problems: [Diagnostic] = []
    let positions = contract.columns.indices.map { column -> Int in
      let named = fields.indices.filter { fields[$0].name == contract.columns[column].name }
      guard let position = named.first else {
        problems.append(
          contract.missingColumn(column, path: path, among: fields.map { $0.name }))
        return -1
      }
      if named.count > 1 {
        problems.append(contract.duplicateColumn(column, path: path))
      } else if !fields[position].type.isReadable(as: contract.columns[column].type) {
        problems.append(contract.wrongType(column, path: path, found: fields[position].type))
      }
      return position
    }
    guard problems.isEmpty else { throw DiagnosticError(problems) }
    return Array(positions.prefix(toRead))
  }

  extension ReadFailure {
    init(_ failure: ArrowFailure) {
      switch failure.kind {
      case .system: self.init(.system(failure.message))
      case .damaged: self.init(.damaged(failure.message))
      case .unsupported: self.init(.unsupported(failure.message))
      case .memory: self.init(.system("out of memory"))
      }
    }
  }

  struct ParquetTableFile: TableFile {
    let path: String
    private let file: ParquetFile
    /// Position in the file of each column of the contract.
    private let positions: [Int]
    private let contract: TableContract

    init(path: String, contract: TableContract) throws {
      self.path = path
      self.contract = contract
      do {
        file = try ParquetFile(path: path)
      } catch {
        throw ReadFailure(error)
      }
      positions = try matchColumns(file.fields, contract, path: path)
    }

    var segmentCapacities: [Int] { file.rowGroups }
    var readsColumnsApart: Bool { true }

    func reasonToSkip(segment: Int) -> RowRequirement.Reason? {
      RowGroupSkipping(contract: contract, file: file, positions: positions)
        .reason(toSkip: segment)
    }

    func keepsContract(segment: Int, column: Int) -> Bool {
      RowGroupSkipping(contract: contract, file: file, positions: positions)
        .keepsContract(column, segment)
    }

    func read(
      segment: Int, column: Int?, into columns: [ColumnBuilder], at row: Int, pool: TextPool
    ) throws -> Int {
      guard let column else { return file.rowGroups[segment] }
      let converter = ArrowConverter(pool: pool)
      let expected = file.rowGroups[segment]
      var done = 0
      do {
        try file.read(rowGroup: segment, field: positions[column]) { array, type in
          guard done + Int(array.length) <= expected else {
            throw ReadFailure(.damaged("a column with more rows than its row group"))
          }
          do throws(ColumnError) {
            try converter.convert(array, type: type, into: columns[column], at: row + done)
          } catch {
            throw ReadFailure(.value(error.problem), row: done + error.row, column: column)
          }
          done += Int(array.length)
        }
      } catch let failure as ArrowFailure {
        throw ReadFailure(failure)
      }
      guard done == expected else {
        throw ReadFailure(.damaged("a column with fewer rows than its row group"))
      }
      return done
    }
  }

  struct IPCTableFile: TableFile {
    let path: String
    private let file: IPCFile
    /// Position in the contract of each column that was read.
    private let targets: [Int]

    init(path: String, contract: TableContract) throws {
      self.path = path
      do {
        let fields = try IPCFile.fields(path: path)
        let positions = try matchColumns(fields, contract, path: path)
        let order = positions.indices.sorted { positions[$0] < positions[$1] }
        targets = order
        // A contract without columns still counts rows: any one column tells them.
        let wanted = order.isEmpty ? (fields.isEmpty ? [] : [0]) : order.map { positions[$0] }
        file = try IPCFile(path: path, columns: wanted)
      } catch let failure as ArrowFailure {
        throw ReadFailure(failure)
      }
    }

    var segmentCapacities: [Int] { file.batches }

    func read(
      segment: Int, column: Int?, into columns: [ColumnBuilder], at row: Int, pool: TextPool
    ) throws -> Int {
      let converter = ArrowConverter(pool: pool)
      do {
        try file.take(batch: segment) { arrays in
          for (index, target) in targets.enumerated() {
            do throws(ColumnError) {
              try converter.convert(
                arrays[index], type: file.fields[index].type, into: columns[target], at: row)
            } catch {
              throw ReadFailure(.value(error.problem), row: error.row, column: target)
            }
          }
        }
      } catch let failure as ArrowFailure {
        throw ReadFailure(failure)
      }
      return file.batches[segment]
    }
  }
#endif
