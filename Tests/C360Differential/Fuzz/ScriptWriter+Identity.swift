import C360Semantics

/// How the events of a table belong to entities.
struct FuzzIdentity {
  let name: String
  let rule: String
  let identifiers: [Value]
  let isText: Bool
}

extension ScriptWriter {
  /// Sometimes an identity; its links are late, versions of each other, tied and below the threshold.
  mutating func writeIdentity(_ name: String, chance: Double) -> FuzzIdentity? {
    guard make.random.chance(chance) else { return nil }
    let rule = make.random.pick(["best", "weighted", "clusters"])
    let isText = rule == "clusters" ? data.textKeys : make.random.chance(0.6)
    var identifiers: [Value] = (0..<make.random.number(1...5)).map { index in
      isText ? .text(["d", "D2", "é", "z", "x1"][index]) : .int(Int64(40 - 9 * index))
    }
    if rule == "clusters" { identifiers += data.entities }
    let kind: Kind = isText ? .text : .int
    let (left, right) = rule == "clusters" ? ("left", "right") : ("key", "entity")
    var columns = [
      FuzzColumn(name: "identifier", kind: kind, suffix: " @\(left)"),
      FuzzColumn(
        name: "owner", kind: data.textKeys ? .text : .int, suffix: " @\(right)"),
      FuzzColumn(name: "p", kind: .float, suffix: rule == "clusters" ? "" : " @weight"),
    ]
    let known = make.random.chance(0.8)
    if known {
      columns.append(
        FuzzColumn(
          name: "linked_at", kind: .time, isOptional: make.random.chance(0.3), suffix: " @known"))
    }
    let threshold = make.random.pick(["0", "0.1", "0.5", "80%"])
    var items = ["resolve \(rule) above \(threshold)"]
    if rule == "clusters" { items.append("link clamp(p, 0, 1)") }
    let rows = data.rows(columns, upTo: 4) { row, data in
      let index = data.random.number(0...identifiers.count - 1)
      row[0] = identifiers[index]
      row[1] = rule == "clusters" ? data.random.pick(identifiers) : data.entity()
      row[2] = .float(data.random.pick([0, 0.3, 0.5, 0.5, 0.8, 1]))
      guard rule == "weighted" else { return }
      // What one identifier has in all is at most 1.
      switch index % 3 {
      case 0: row[1] = data.entities[index % data.entities.count]
      case 1: row[2] = .float(data.random.pick([0, 0.1, 1.0 / 7, 0.16]))
      default:
        row[1] = data.entities[data.random.number(0...1) % data.entities.count]
        row[2] = .float(data.random.pick([0.2, 0.35, 0.5]))
      }
    }
    let confidence = Piece(text: "confidence(customer)", kind: .float, isOptional: true)
    if rule != "clusters", !decisionScope.contains(where: { $0.text == confidence.text }) {
      decisionScope.append(confidence)
    }
    declare("identity \(name) to customer", name, columns, items: items, rows: rows)
    return FuzzIdentity(name: name, rule: rule, identifiers: identifiers, isText: isText)
  }

  func keyColumn(of identity: FuzzIdentity?) -> FuzzColumn {
    guard let identity else { return keyColumn }
    return FuzzColumn(name: "device_id", kind: identity.isText ? .text : .int, suffix: " @key")
  }
}
