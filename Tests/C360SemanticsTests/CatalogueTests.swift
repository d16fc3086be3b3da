import C360Syntax
import Testing

@testable import C360Semantics

/// The one list of what is built in is complete, and what it says of types is what checking does.
@Suite("Catalogue")
struct CatalogueTests {
  @Test func everyFunctionIsListed() {
    let operators: Set<Builtin> = [
      .add, .subtract, .multiply, .divide, .power, .negate, .equal, .notEqual, .less, .lessEqual,
      .greater, .greaterEqual, .toFloat,
    ]
    let listed = Set(Catalogue.functions.compactMap(\.builtin))
    #expect(listed == Set(Builtin.allCases).subtracting(operators))
  }

  @Test func everyAggregateIsListed() {
    #expect(Set(Catalogue.aggregates.map(\.function)) == Set(AggregateFunction.allCases))
  }

  @Test func namesAreUnique() {
    let names =
      Catalogue.functions.map(\.name) + Catalogue.aggregates.map(\.function.rawValue)
      + Catalogue.laterFunctions.sorted()
    #expect(Set(names).count == names.count)
  }

  @Test func everyEntryHasItsWords() {
    for function in Catalogue.functions {
      #expect(function.signature.hasPrefix(function.name + "("))
      #expect(function.summary.hasSuffix(".") && !function.summary.contains("\n"))
    }
    for verb in Catalogue.verbs { #expect(verb.signature.hasPrefix(verb.name)) }
    for declaration in Catalogue.declarations {
      #expect(declaration.signature.hasPrefix(declaration.name))
    }
  }

  @Test func nullRulesHold() throws {
    for function in Catalogue.functions {
      guard function.builtin != nil, let overload = function.overloads.first else { continue }
      let values = overload.arguments.map { pattern in
        switch pattern {
        case .exactly(.bool): "(accounts.birth_year > 3)"
        case .exactly(.text): "accounts.gender"
        case .exactly(.time): "last(orders.ordered_at)"
        case .exactly(.date): "date(last(orders.ordered_at))"
        case .exactly(.duration): "(at - last(orders.ordered_at))"
        case .exactly(.float), .quantity: "mean(orders.rating)"
        case .collection: "(if accounts.birth_year > 3 then zeros(3) else null)"
        default: "accounts.birth_year"
        }
      }
      let call = "\(function.name)(\(values.joined(separator: ", ")))"
      let result = checked(script("feature x = \(call)"))
      #expect(result.report == "", "\(call)")
      #expect(result.program?.features.last?.expression.type.isOptional == true, "\(call)")
    }
  }
}
