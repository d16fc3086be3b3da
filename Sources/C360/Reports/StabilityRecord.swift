import C360Diagnostics

/// How far choices move when something moves, for the summary and for the manifest.
struct StabilityRecord {
  private let shifts: [RunReport.Shift]

  init(_ shifts: [RunReport.Shift]) { self.shifts = shifts }

  var lines: [String] {
    shifts.map { shift in
      let decisions =
        "\(ValueText.grouped(shift.decisions)) \(shift.decisions == 1 ? "decision" : "decisions")"
      let bound = shift.bound.map { ", within \(ValueText.share($0))" } ?? ""
      return "\(shift.name) \(shift.change): choices move by "
        + "\(ValueText.fixed(100 * shift.mean, 2)) % in \(decisions)\(bound)"
    }
  }

  var values: [JSONValue] {
    shifts.map { shift in
      var members: [(key: String, value: JSONValue)] = [
        ("of", .text(shift.name)), ("by", .text(shift.change)), ("mean", .float(shift.mean)),
        ("decisions", .integer(shift.decisions)), ("greatest", .float(shift.greatest)),
      ]
      if let bound = shift.bound { members.append(("within", .float(bound))) }
      if let because = shift.because { members.append(("because", .text(because))) }
      return .object(members)
    }
  }
}
