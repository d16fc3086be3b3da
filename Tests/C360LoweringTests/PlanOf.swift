import C360Diagnostics
import C360Lowering
import C360Semantics
import C360Syntax
import Testing

@testable import C360

/// The steps of a script, one line each: `operator relation: details`.
func steps(_ text: String) throws -> [String] {
  let lowered = try lowered(text)
  let words = StepText(lowered.plan)
  return lowered.plan.steps.map { step in
    let (operation, relation, details) = words.describe(step)
    return "\(operation) \(lowered.plan.name(of: relation)): \(details)"
  }
}

/// The steps of one operator, or of one operator on one relation.
func steps(_ operation: String, _ text: String) throws -> [String] {
  try steps(text).filter { $0.hasPrefix(operation + " ") || $0.hasPrefix(operation + ":") }
}

func lowered(_ text: String) throws -> LoweredProgram {
  let session = Session(text: "edition 2026\n" + tables + text)
  let compiler = Compiler(session)
  let (program, diagnostics) = compiler.check(compiler.parse())
  guard let program else { throw Refused(description: DiagnosticRenderer.terminal(diagnostics)) }
  return compiler.lower(program)
}

struct Refused: Error, CustomStringConvertible {
  let description: String
}

private let tables = """
  entity person
  events orders of person from "orders.csv" {
    id:     int    @key
    when:   time   @time
    amount: float
    units:  int
    kind:   text
    observed through @2026-02-28
  }
  events clicks of person from "clicks.csv" {
    id:   int   @key
    when: time  @time
    page: text
    observed through @2026-02-28
  }
  profile accounts of person from "accounts.csv" {
    id:     int  @key
    since:  time @from
    region: text = "unknown"
    born:   int?
  }
  consents ledger of person from "ledger.csv" {
    id:      int   @key
    purpose: text  @purpose
    granted: time  @from
    revoked: time? @until
  }
  actions offers from "offers.csv" {
    offer:  text  @key
    kind:   text
    margin: float
    none "nothing"
  }
  exposure now of person in orders at @2026-02-01
  param factor: float = 2

  """
