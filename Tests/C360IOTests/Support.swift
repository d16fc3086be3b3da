import C360Columns
import C360Diagnostics
import Foundation
import Testing

@testable import C360IO

/// A folder for one test, gone afterwards.
final class Scratch {
  let folder: String

  init() {
    folder = FileManager.default.temporaryDirectory.path + "/c360-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  @discardableResult
  func write(_ text: String, _ name: String) throws -> String {
    try write(Array(text.utf8), name)
  }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let place = path(name)
    let parent = URL(fileURLWithPath: place).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: place))
    return place
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }
}

/// Reads a table as rows of words: `null`, numbers as Swift prints them, texts as they are.
func rows(
  _ sources: [String], _ columns: [ColumnContract], format: FileFormat? = nil, threads: Int = 1,
  chunkSize: Int = 4 << 20
) throws -> [String] {
  let pool = TextPool()
  var tuning = ReadTuning()
  tuning.chunkSize = chunkSize
  let batch = try readTable(
    TableContract(table: "orders", sources: sources, format: format, columns: columns), pool: pool,
    threads: threads, cancellation: nil, progress: nil, tuning: tuning)
  return words(batch, pool)
}

func words(_ batch: Batch, _ pool: TextPool) -> [String] {
  (0..<batch.rowCount).map { row in
    batch.columns.map { column in
      let vector = column.vector
      if vector.isNull(row) { return "null" }
      switch vector.type {
      case .bool: return vector.bools[row] == 1 ? "true" : "false"
      case .int64: return "\(vector.int64s[row])"
      case .float64: return "\(vector.float64s[row])"
      case .text: return pool.text(vector.codes[row])
      case .vector, .list: return "\(vector.scalar(row, texts: pool))"
      }
    }.joined(separator: " | ")
  }
}

/// The complaint that reading ends with.
func complaint(
  _ sources: [String], _ columns: [ColumnContract], format: FileFormat? = nil, threads: Int = 1,
  chunkSize: Int = 4 << 20
) -> Diagnostic? {
  do {
    _ = try rows(sources, columns, format: format, threads: threads, chunkSize: chunkSize)
    Issue.record("no complaint")
    return nil
  } catch let error as DiagnosticError {
    return error.diagnostics.first
  } catch {
    Issue.record("\(error)")
    return nil
  }
}

func column(
  _ name: String, _ type: LogicalType, nullable: Bool = false, default value: Scalar? = nil,
  nan: NaNPolicy = .reject, bareDate: BareDatePolicy = .endOfDay, zone: String = "UTC"
) -> ColumnContract {
  ColumnContract(
    name: name, type: type, isNullable: nullable, defaultValue: value, nan: nan,
    bareDate: bareDate, timeZone: zone)
}
