import C360Columns
import C360Diagnostics

extension TableContract {
  /// The complaint about a file that lacks a column.
  func missingColumn(_ column: Int, path: String, among found: [String]) -> Diagnostic {
    let name = columns[column].name
    var help: [String] = []
    if let near = nearest(to: name, among: found) {
      help.append("the file has a column `\(near)`")
    } else if !found.isEmpty {
      let listed = found.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
      help.append("the file has \(listed)" + (found.count > 12 ? ", …" : ""))
    }
    return IODiagnostics.missingColumn.diagnostic(
      "`\(path)` has no column `\(name)`, which table `\(table)` lists",
      at: columns[column].span ?? declaration, label: "listed here",
      data: DataPlace(path: path, column: name), help: help)
  }

  /// The complaint about a file that has a column of the contract more than once.
  func duplicateColumn(_ column: Int, path: String) -> Diagnostic {
    let name = columns[column].name
    return IODiagnostics.duplicateColumn.diagnostic(
      "`\(path)` has several columns `\(name)`", at: columns[column].span ?? declaration,
      data: DataPlace(path: path, column: name))
  }

  /// The complaint about a column of another type.
  func wrongType(_ column: Int, path: String, found: ArrowType) -> Diagnostic {
    let contract = columns[column]
    var help: [String] = []
    if found.logicalType == .text, [.time, .date, .duration].contains(contract.type) {
      help.append(
        "write the column with a type of its own, such as a timestamp; only in CSV and JSON lines"
          + " are texts read as a \(contract.type.words)")
    } else if let type = found.logicalType {
      help.append("declare `\(contract.name): \(type.words)`, or convert the file")
    }
    return IODiagnostics.wrongType.diagnostic(
      "column `\(contract.name)` of `\(path)` is \(found), where table `\(table)` expects"
        + " \(contract.type.words)",
      at: contract.span ?? declaration, label: "expected \(contract.type.words)",
      data: DataPlace(path: path, column: contract.name), help: help)
  }

  /// The complaint about what a segment failed with.
  func diagnostic(_ failure: ReadFailure, path: String, rowsBefore: Int) -> Diagnostic {
    let row = failure.row.map { rowsBefore + $0 + 1 }
    let column = failure.column.map { columns[$0] }
    let place = DataPlace(path: path, row: row, column: column?.name)
    let span = column?.span ?? declaration
    let inRow = row.map { ", row \($0)" } ?? ""
    switch failure.kind {
    case .value(let problem):
      guard let column else {
        return IODiagnostics.damagedFile.diagnostic("`\(path)` is damaged", at: span, data: place)
      }
      return diagnostic(problem, column, row ?? 0, place)
    case .fieldCount(let found, let expected):
      return IODiagnostics.fieldCount.diagnostic(
        "`\(path)`\(inRow) has \(found) field\(found == 1 ? "" : "s"), where the others have"
          + " \(expected)", at: span, data: place,
        help: ["a field that holds the delimiter must stand in quotes"])
    case .unterminatedQuote:
      return IODiagnostics.quoting.diagnostic(
        "`\(path)`\(inRow): a quoted field is not closed before the file ends", at: span,
        data: place)
    case .textAfterQuote(let text):
      return IODiagnostics.quoting.diagnostic(
        "`\(path)`\(inRow): `\(text)` follows a closing quote", at: span, data: place,
        help: ["a quote inside of a quoted field is written twice"])
    case .badJSON(let reason):
      return IODiagnostics.badJSON.diagnostic(
        "`\(path)`\(inRow) is no JSON object: \(reason)", at: span, data: place)
    case .damaged(let message):
      return IODiagnostics.damagedFile.diagnostic(
        "`\(path)` is damaged or not complete", at: declaration, data: place, notes: [message])
    case .unsupported(let message):
      return IODiagnostics.damagedFile.diagnostic(
        "`\(path)` uses what this version cannot read", at: declaration, data: place,
        notes: [message])
    case .system(let message):
      return IODiagnostics.unreadableFile.diagnostic(
        "the file `\(path)` cannot be read: \(message)", at: declaration, data: place)
    }
  }

  private func outOfRange(
    _ found: String, _ whereItIs: String, _ column: ColumnContract, _ place: DataPlace
  ) -> Diagnostic {
    var help: [String] = []
    if column.type.timeRange != nil {
      help.append(
        "times and dates reach from the year \(TimeRange.years.lowerBound) to"
          + " \(TimeRange.years.upperBound)")
      help.append(
        column.isIndispensable
          ? Self.indispensable
          : "where it stands for `never` or for no end, write null in its place and declare"
            + " `\(column.name): \(column.type.words)?`")
    }
    return IODiagnostics.valueOutOfRange.diagnostic(
      "\(whereItIs): \(found) is out of the range of \(column.type.words)",
      at: column.span ?? declaration, label: "expected \(column.type.words)", data: place,
      help: help)
  }

  private static let indispensable =
    "no row is without it: mend the data, or leave such rows out of the file"

  private func diagnostic(
    _ problem: ColumnProblem, _ column: ColumnContract, _ row: Int, _ place: DataPlace
  ) -> Diagnostic {
    let expected = column.type.words
    let whereItIs = "`\(place.path)`, row \(row), column `\(column.name)`"
    let label = "expected \(expected)"
    switch problem {
    case .null:
      return IODiagnostics.unexpectedNull.diagnostic(
        "\(whereItIs): no value, where \(expected) is expected", at: column.span ?? declaration,
        label: "not null", data: place,
        help: [
          column.isIndispensable
            ? Self.indispensable
            : "declare `\(column.name): \(expected)?`, or give a default with `= …`"
        ])
    case .nan:
      return IODiagnostics.unexpectedNaN.diagnostic(
        "\(whereItIs): NaN", at: column.span ?? declaration, data: place,
        help: [
          column.isIndispensable
            ? Self.indispensable : "`@nan(null)` reads NaN as null, `@nan(keep)` keeps it"
        ])
    case .notUTF8:
      return IODiagnostics.notUTF8.diagnostic(
        "\(whereItIs): the text is not UTF-8", at: column.span ?? declaration, data: place,
        help: ["convert the file, for instance with `iconv -f latin1 -t utf-8`"])
    case .outOfRange(let found):
      return outOfRange(found, whereItIs, column, place)
    case .instantOutOfRange(let instant):
      return outOfRange(OutputBytes.text { $0.append(time: instant) }, whereItIs, column, place)
    case .dayOutOfRange(let day):
      return outOfRange(OutputBytes.text { $0.append(date: day) }, whereItIs, column, place)
    case .unreadable(let found):
      return IODiagnostics.unreadableValue.diagnostic(
        "\(whereItIs): `\(found)` is no \(expected)", at: column.span ?? declaration, label: label,
        data: place, help: column.type.forms.map { ["\(expected) is written \($0)"] } ?? [])
    case .length(let found):
      return IODiagnostics.wrongLength.diagnostic(
        "\(whereItIs): \(found) element\(found == 1 ? "" : "s"), where \(expected) is expected",
        at: column.span ?? declaration, label: label, data: place)
    case .nullElement(let position):
      return IODiagnostics.unexpectedNull.diagnostic(
        "\(whereItIs): element \(position) is null", at: column.span ?? declaration, label: label,
        data: place, help: ["elements of vectors and lists are never null"])
    case .nanElement(let position):
      return IODiagnostics.unexpectedNaN.diagnostic(
        "\(whereItIs): element \(position) is NaN", at: column.span ?? declaration, data: place,
        help: ["`@nan(null)` reads such a vector as null, `@nan(keep)` keeps it"])
    case .damaged(let message):
      return IODiagnostics.damagedFile.diagnostic(
        "`\(place.path)` is damaged or not complete", at: declaration, data: place,
        notes: [message])
    }
  }
}

extension ColumnContract {
  /// What a reader of results should know where floats do not hold numbers to the last digit.
  ///
  /// - Parameter path: of the file of the first, as people know it.
  public func diagnostic(_ lost: LostDigits, path: String) -> Diagnostic {
    let more = lost.count - 1
    let rest =
      more == 0 ? "" : ", and so \(more == 1 ? "does 1 number" : "do \(more) numbers") more"
    let help =
      if Int64(lost.number) != nil {
        "declare `\(name): int`, which holds whole numbers of 64 bits"
      } else if lost.number.utf8.contains(0x2E) {
        "keep such numbers as an `int` of a smaller unit, as pence for pounds"
      } else {
        "declare `\(name): text` where it is a name and no number"
      }
    return IODiagnostics.lostDigits.diagnostic(
      "`\(path)`, row \(lost.row + 1), column `\(name)`: `\(lost.number)` loses digits as a float"
        + rest,
      at: span, label: "a float holds 15 digits for sure",
      data: DataPlace(path: path, row: lost.row + 1, column: name), help: [help])
  }
}

extension LogicalType {
  /// What is read as the type, where its name does not say it.
  fileprivate var forms: String? {
    switch self {
    case .bool: "`true` or `false`, `1` or `0`"
    case .int: "`42`, without a fraction"
    case .float, .money: "`1.5`, without a currency and without a separator of thousands"
    case .time: "`2026-03-01T12:30:05Z`, or `2026-03-01` for a bare date"
    case .date: "`2026-03-01`"
    case .duration: "`90m`, `1h30m`, `3d`"
    case .text, .vector, .list: nil
    }
  }
}

/// A field as a message shows it: on one line, not longer than a reader cares for.
func excerpt(_ bytes: some Collection<UInt8>) -> String {
  let text = String(decoding: bytes.prefix(200), as: UTF8.self)
  var shown = ""
  for character in text.prefix(60) {
    shown += character.isNewline ? "⏎" : String(character)
  }
  return bytes.count > 200 || text.count > 60 ? shown + "…" : shown
}
