import C360Diagnostics
import C360Engine
import C360Lowering
import C360Plan
import C360Semantics

/// The plan of a program for people: what is asked, then the operators that answer.
struct PlanText {
  private let program: Program
  private let lowered: LoweredProgram
  private let tables: HostTables
  private let measured: [StepStatistics]?
  /// By source.
  private let readings: [TableReading]

  init(
    _ program: Program, _ lowered: LoweredProgram, _ tables: HostTables, measured results: Results?
  ) {
    self.program = program
    self.lowered = lowered
    self.tables = tables
    measured = results?.statistics
    readings = results?.tables ?? []
  }

  var text: String {
    (["logical plan"] + logical + ["", "physical plan"] + physical).joined(separator: "\n") + "\n"
  }

  // MARK: Logical

  private var logical: [String] {
    var lines: [String] = []
    for source in lowered.sources {
      let origin = SourceOrigin(source.origin, in: program)
      lines.append(
        "  read \(origin.name) from \"\(origin.source.path)\": "
          + "\(source.columns.count) of \(origin.columns.count) columns")
    }
    for (relation, exposure) in lowered.frames.sorted(by: { $0.key.index < $1.key.index }) {
      lines.append("  at each row of \(program[exposure].name)")
      lines += asked(at: relation).map { "    \($0)" }
    }
    for decided in lowered.decisions {
      let policy = program[decided.policy]
      let mask = policy.mask.map { program[$0].name } ?? "none"
      lines.append(
        "  decide \(policy.name) at \(program[decided.exposure].name) under mask \(mask): "
          + policy.terms.map(\.name).joined(separator: ", "))
    }
    for composed in lowered.compositions {
      let composition = program[composed.composition]
      lines.append(
        "  compose \(composition.name) at \(program[composed.exposure].name): "
          + composition.policies.map { program[$0].name }.joined(separator: ", "))
    }
    for (index, target) in lowered.sinks.enumerated() {
      let columns = lowered.plan.sinks[index].columns.map(\.name).joined(separator: ", ")
      switch target {
      case .output(let number):
        let output = program.outputs[number]
        lines.append("  output \(output.name) to \"\(output.path)\": \(columns)")
      case .show: lines.append("  show: \(columns)")
      case .count:
        lines.append("  count \(lowered.plan.name(of: lowered.plan.sinks[index].relation))")
      }
    }
    return lines
  }

  private func asked(at frame: RelationID) -> [String] {
    lowered.plan.steps.flatMap { step -> [String] in
      switch step {
      case .timeline(let step) where step.frame == frame:
        return step.outputs.map { lowered.plan[$0.column].name }
      case .asOf(let step) where step.frame == frame:
        return step.columns.map { lowered.plan[$0.to].name }
      case .consent(let step) where step.frame == frame:
        return step.tests.map { "consent(\"\($0.purpose)\")" }
      default: return []
      }
    }
  }

  // MARK: Physical

  private var physical: [String] {
    let plan = lowered.plan
    let constraints =
      program.policies.flatMap(\.constraints)
      + program.compositions.flatMap(\.constraints)
    let words = StepText(
      plan,
      constraints: Dictionary(constraints.map { ($0.name, $0.words) }) { first, _ in first },
      stabilities: Dictionary(
        uniqueKeysWithValues: program.policies.map { ($0.name, $0.stabilities.map(\.words)) }))
    let estimates = RowEstimates(plan) { guess(rowsOf: $0) }
    var cells = [["", "operator", "relation", measured == nil ? "rows (guess)" : "rows"]]
    if measured != nil { cells[0] += ["time", "resident"] }
    cells[0].append("")
    var details: [[String]] = [[]]
    for (index, step) in plan.steps.enumerated() {
      let (operation, relation, text) = words.describe(step)
      var line = ["\(index + 1)", operation, plan.name(of: relation)]
      if let measured, index < measured.count {
        line += [
          "\(measured[index].rows)", ValueText.elapsed(UInt64(measured[index].seconds * 1e9)),
          ValueText.bytes(measured[index].residentBytes),
        ]
      } else {
        line.append(estimates.rows[relation].map { "~\(Int($0.rounded()))" } ?? "?")
      }
      let lines = text.split(separator: "\n").map(String.init)
      cells.append(line + [Self.cut(lines.first ?? "") + rowGroups(of: step)])
      details.append(lines.dropFirst().map { "      " + Self.cut($0) })
    }
    let numbers = Set(cells[0].indices.dropLast().filter { $0 == 0 || $0 > 2 })
    return zip(AlignedText.lines(cells, numbers: numbers, indent: "  "), details).flatMap {
      [$0] + $1
    }
  }

  /// As stored, else from the size of the file: so many bytes a value in text.
  private func guess(rowsOf scan: ScanStep) -> Double? {
    if let rows = tables.storedRows(of: scan.source) { return Double(rows) }
    let columns = SourceOrigin(lowered.sources[scan.source].origin, in: program).columns.count
    return tables.fileSize(of: scan.source).map { Double($0) / (8 * Double(max(1, columns))) }
  }

  /// `; row groups: 2 read, 5 skipped` of Parquet files that were read.
  private func rowGroups(of step: Step) -> String {
    guard case .scan(let scan) = step, scan.source < readings.count,
      let groups = readings[scan.source].rowGroups
    else { return "" }
    return "; row groups: \(groups.read) read, \(groups.skipped) skipped"
  }

  private static func cut(_ text: String) -> String {
    text.count > 160 ? text.prefix(159) + "…" : text
  }
}
