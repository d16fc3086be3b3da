import C360Columns
import C360Diagnostics
import C360IO
import C360Syntax

/// A first contract for a file, as a block of a script.
public enum FileSchema {
  /// `events NAME of customer from "path" { … }`, with roles where names and types suggest them.
  ///
  /// - Throws: `RunFailure` when the file cannot be read.
  public static func block(of path: String) throws -> String {
    let columns: [FileColumn]
    do {
      columns = try schema(of: absolutePath(path, from: "."))
    } catch let error as DiagnosticError {
      throw RunFailure(diagnostics: error.diagnostics)
    }
    var lines = ["events \(tableName(of: path)) of customer from \"\(path)\" {"]
    let key = keyColumn(among: columns)
    let time = columns.firstIndex { $0.type == .time } ?? columns.firstIndex { $0.type == .date }
    let names = columns.map { name(of: $0) + ":" }
    let width = names.reduce(0) { max($0, $1.count) }
    for (index, column) in columns.enumerated() {
      let name = names[index] + String(repeating: " ", count: width - names[index].count)
      guard var type = column.type?.words else {
        lines.append("  # \(name) \(column.found) cannot be read in this version")
        continue
      }
      var role = ""
      if index == key { role = "  @key" }
      if index == time {
        role = "  @time"
        type = "time"
      }
      if column.isNullable, role.isEmpty { type += "?" }
      lines.append("  \(name) \(type)\(role)")
    }
    if key == nil { lines.append("  # no column looks like the key: mark one with @key") }
    if time == nil { lines.append("  # no column looks like the time: mark one with @time") }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  /// `customer_id` before `user_id` before the first column of whole numbers or texts.
  private static func keyColumn(among columns: [FileColumn]) -> Int? {
    let likely = [
      "customer_id", "customer", "user_id", "person_id", "account_id", "entity_id", "id",
    ]
    for name in likely {
      if let found = columns.firstIndex(where: { $0.name.lowercased() == name }) { return found }
    }
    return columns.firstIndex { $0.type == .int || $0.type == .text }
  }

  private static func name(of column: FileColumn) -> String {
    WrittenName.of(column.name)
  }

  /// The file's name as a name of the language.
  private static func tableName(of path: String) -> String {
    let file = path.split(separator: "/").last ?? "table"
    let stem = file.prefix { $0 != "." }.lowercased()
    let name = String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return WrittenName.isPlain(name) ? name : "table_\(name)"
  }
}
