import C360
import C360Reference
import C360Semantics

/// What `stable` clauses of a policy come to by the reference.
package struct FuzzShifts {
  /// As reports name the decisions.
  let name: String
  package let shifts: [ReferenceShift]
  /// Nothing is drawn, so that all figures are exact.
  let isExact: Bool
}

extension FuzzCase {
  /// Of every policy that is shown.
  package func shifts(_ program: Program) -> Result<[FuzzShifts], ReferenceError> {
    let interpreter = interpreter(program)
    var found: [FuzzShifts] = []
    do throws(ReferenceError) {
      for show in program.shows {
        guard case .policy(let id, let exposure) = show.query.source else { continue }
        let policy = program[id]
        let name =
          exposure == policy.exposure ? policy.name : "\(policy.name) at \(program[exposure].name)"
        if policy.shifts.isEmpty || found.contains(where: { $0.name == name }) { continue }
        var isExact = policy.explore == 0
        if case .softmax = policy.choice { isExact = false }
        found.append(
          FuzzShifts(
            name: name, shifts: try interpreter.stability(of: id, at: exposure), isExact: isExact))
      }
    } catch {
      return .failure(error)
    }
    return .success(found)
  }

  /// Where figures of shifts differ, in words.
  func differences(_ expected: [FuzzShifts], _ report: RunReport) -> [String] {
    expected.flatMap { expected -> [String] in
      let found = report.decisions.first { $0.name == expected.name }?.shifts ?? []
      guard found.count == expected.shifts.count else { return ["\(found.count) shifts"] }
      return zip(expected.shifts, found).compactMap { wanted, found in
        let isSame =
          agree(.float(wanted.mean), .float(found.mean), isExact: expected.isExact)
          && agree(.float(wanted.greatest), .float(found.greatest), isExact: expected.isExact)
          // A last bit of `exp` more or less is no agreement on what moved at all.
          && (!expected.isExact || wanted.decisions == found.decisions)
        return isSame
          ? nil
          : "\(expected.name), \(found.name) \(found.change): \(found.mean) in \(found.decisions), "
            + "not \(wanted.mean) in \(wanted.decisions)"
      }
    }
  }
}

extension ScriptWriter {
  /// None, or one of things that the policy reads; nothing hangs on it.
  ///
  /// - Parameters:
  ///   - scope: what it may read.
  ///   - read: where what it reads is named.
  mutating func stableClauses(of scope: [Piece], read: [String]) -> [String] {
    guard shifts.chance(0.6) else { return [] }
    let amounts: [Kind: [String]] = [
      .int: ["1", "2", "7"], .float: ["10%", "100%", "0.5", "3"], .duration: ["1d", "50%", "3h"],
      .time: ["2h", "400d"],
    ]
    let named = Self.names(in: read.joined(separator: " "))
    // What events are matched by does not move, nor what the mask hides always.
    let matched = lines.filter { $0.hasPrefix("feature g") }.joined()
    let hidden = madeOfHidden()
    let movable = scope.filter { piece in
      named.contains(piece.text) && amounts[piece.kind] != nil
        && !["at", "bar", "cap", "accounts.tier"].contains(piece.text)
        && !hidden.contains(piece.text)
        && !(piece.text.hasPrefix("offers.") && matched.contains(piece.text))
    }
    var picked = hidden.contains("s") ? [] : [Piece(text: "s", kind: .float)]
    if !movable.isEmpty { picked += (0..<shifts.number(1...3)).map { _ in shifts.pick(movable) } }
    if picked.isEmpty { return [] }
    var written: [String] = []
    for piece in picked {
      let shift = "\(piece.text) \(shifts.pick(amounts[piece.kind] ?? []))"
      // The same twice is an error.
      if !written.contains(shift) { written.append(shift) }
    }
    return [
      "  stable under \(written.joined(separator: ", "))" + shifts.pick(["", " within 100%"])
    ]
  }

  /// Features and scores that may be nothing but null under the mask, which hides `accounts.tier` always: an
  /// aggregate of values as of each event is hidden with any of them.
  private func madeOfHidden() -> Set<String> {
    var hidden: Set<String> = ["accounts.tier"]
    for line in lines where line.hasPrefix("feature ") || line.hasPrefix("score ") {
      let names = Self.names(in: line)
      guard let name = line.split(separator: " ").dropFirst().first, !names.isDisjoint(with: hidden)
      else { continue }
      hidden.insert(String(name))
    }
    return hidden
  }

  private static func names(in text: String) -> Set<String> {
    Set(
      text.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }.map(String.init))
  }
}
