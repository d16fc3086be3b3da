import C360Columns
import C360Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Opens one file of a table and checks its columns against the contract.
func openTableFile(
  _ path: String, _ contract: TableContract, threads: Int, tuning: ReadTuning
) throws -> any TableFile {
  guard let format = contract.format ?? FileFormat(path: path) else {
    throw DiagnosticError([unknownFormat(path, contract.declaration)])
  }
  // Not opened to find out: a pipe can be opened only once.
  guard access(path, R_OK) == 0 else {
    throw DiagnosticError([cannotOpen(path, errno, contract.declaration)])
  }
  do {
    switch format {
    case .csv(let options):
      return try CSVTableFile(
        path: path, options: options, contract: contract, threads: threads, tuning: tuning)
    case .jsonLines:
      return try JSONTableFile(path: path, contract: contract, threads: threads, tuning: tuning)
    case .parquet, .arrow:
      #if C360_ARROW
        return format == .parquet
          ? try ParquetTableFile(path: path, contract: contract)
          : try IPCTableFile(path: path, contract: contract)
      #else
        throw DiagnosticError([formatNotBuilt(path, format, contract.declaration)])
      #endif
    }
  } catch let failure as ReadFailure {
    throw DiagnosticError([contract.diagnostic(failure, path: path, rowsBefore: 0)])
  }
}

func unknownFormat(_ path: String, _ declaration: Span?) -> Diagnostic {
  IODiagnostics.unknownFormat.diagnostic(
    "the format of `\(path)` cannot be told from its name", at: declaration,
    data: DataPlace(path: path),
    help: ["name it: `from \"…\" as csv`, `parquet`, `arrow` or `jsonl`"])
}

#if !C360_ARROW
  func formatNotBuilt(_ path: String, _ format: FileFormat, _ declaration: Span?) -> Diagnostic {
    IODiagnostics.formatNotBuilt.diagnostic(
      "this build has no \(format.name): it was made without Arrow", at: declaration,
      data: DataPlace(path: path), help: ["run `scripts/bootstrap` and build again"])
  }
#endif
