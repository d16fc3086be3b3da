import C360Diagnostics
import C360Syntax
import Testing

@testable import C360Semantics

/// Scripts with tokens taken out, doubled and swapped: whatever the text, checking ends, and what it
/// cannot use it complains of.
@Suite("Mutated scripts")
struct MutationTests {
  static let seed = script(
    """
    param weekly_cap: int in 1..7 = 3
    use std.rfm
    apply rfm(orders, orders.amount, 365d) as rfm
    template t(e: events, v: column(number), w: duration) { feature a = sum(v where v > 0) over w; feature b = a ?? 0 }
    apply t(orders, orders.quantity, 7d) as t
    function band(y: int?) -> text = case { (y ?? 0) < 18: "minor"; y in 18..35: "young"; else: "old" }
    feature visits = count(clicks) over 7d lag 1d
    feature affinity for offers = share(orders where category == offers.category) over 365d
    mask m for offers {
      hide clicks unless consent("browsing")
      hide visits unless accounts.region == "UK" else 0
      forbid cap when (visits ?? 0) >= weekly_cap
    }
    score p for offers = sigmoid(0.5 * (affinity ?? 0) - days(rfm.recency ?? 9d)) * (if sends.bucket in ["a", "b"] then 1 else 0)
    objective o for offers { maximize q = p * offers.margin weight 0.5; minimize c = float(t.b) }
    policy spring for offers at sends { mask m; permit sensitive(age); objective o; choose threshold(q > 1 GBP); explore 5%; fallback "no_contact" }
    exposure mondays of customer in accounts every calendar 1w from @2026-01-05 through @2026-03-30 { keep first per 30d; outcome late = sum(orders.amount) after 1d within 7d }
    expect orders.quantity >= 0 because "counts"
    show mondays under m | where month(at) in 1..6 | derive z = band(accounts.birth_year), hi = late ?? 0 GBP | group z { n = count(); s = share(where hi > 3 GBP) } | sort -n, z | take 5
    output d = spring to "d.csv"
    """)

  @Test func theSeedIsFine() { #expect(checked(Self.seed).report == "") }

  /// Prompts check thousands of scripts.
  @Test func aCheckKeepsNothing() {
    weak var kept: SyntaxTree?
    do {
      let tree = parse(SourceFile(name: "script.c360", text: Self.seed))
      kept = tree
      _ = check(tree, options: CheckOptions(runTime: 0), resolver: TestResolver())
    }
    #expect(kept == nil)
  }

  @Test(arguments: 0..<8) func nothingIsDroppedSilently(_ part: Int) {
    let tree = parse(SourceFile(name: "script.c360", text: Self.seed))
    let tokens = tree.tokens.map { tree.source.text($0.triviaStart..<$0.range.upperBound) }
    var state = UInt64(part + 1) &* 0x9E37_79B9_7F4A_7C15
    func draw(_ count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(count))
    }
    for _ in 0..<12 {
      var mutant = tokens
      for _ in 0...draw(2) {
        let (i, j) = (draw(mutant.count), draw(mutant.count))
        switch draw(4) {
        case 0: mutant.remove(at: i)
        case 1: mutant[i] = mutant[j]
        case 2: mutant.swapAt(i, j)
        default: mutant.insert(mutant[j], at: i)
        }
      }
      let text = mutant.joined()
      let checker = Checker(options: CheckOptions(runTime: 0), resolver: TestResolver())
      checker.load(parse(SourceFile(name: "script.c360", text: text)))
      checker.collectDeclarations()
      checker.checkDeclarations()
      let failures = checker.declarations.filter(\.hasFailed).map(\.name)
      let (program, diagnostics) = checker.finish()
      let hasErrors = diagnostics.contains { $0.severity == .error }
      #expect((program == nil) == hasErrors)
      #expect(hasErrors || failures.isEmpty, "\(failures) in \(text)")
    }
  }
}

extension Declaration {
  fileprivate var hasFailed: Bool {
    if case .failed = resolution { return true }
    return seen.values.contains { if case .failed = $0 { true } else { false } }
  }
}
