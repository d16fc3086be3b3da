/// How declarations and items of blocks are laid out.
extension Formatter {
  mutating func layout(_ node: SyntaxNode) -> ItemLayout {
    switch node.kind {
    case .column: column(node)
    case .outcome, .feature, .score: definition(node)
    case .selectItem where node.token(.name) != nil: definition(node)
    case .function: alone(definition(node).document)
    case .param: param(node)
    case .hide, .forbid: rule(node)
    case .term: term(node)
    case .constraint: constraint(node)
    case .clause, .permit, .setting, .arm: clause(node)
    case .turn: turn(node)
    case .output, .show, .view: written(node)
    case .expect: expect(node)
    default: alone(document(node))
    }
  }

  private func alone(_ document: Document) -> ItemLayout {
    ItemLayout(family: nil, cells: [], document: document)
  }

  // MARK: Help

  private func isEqual(_ element: SyntaxTree.Element) -> Bool {
    guard case .token(let token) = element.child else { return false }
    return kind(token) == .equal
  }

  private func isWord(_ element: SyntaxTree.Element, _ spelling: String) -> Bool {
    guard case .token(let token) = element.child else { return false }
    return text(token) == spelling
  }

  private func isNode(_ element: SyntaxTree.Element, _ kind: SyntaxKind) -> Bool {
    guard case .node(let index) = element.child else { return false }
    return tree.records[index].kind == kind
  }

  /// Cuts elements before each place that `isStart` names; the head may be empty.
  private func parts(
    _ node: SyntaxNode, _ isStart: (SyntaxTree.Element) -> Bool
  ) -> [ArraySlice<SyntaxTree.Element>] {
    var parts: [ArraySlice<SyntaxTree.Element>] = []
    var start = 0
    let elements = node.elements
    for index in elements.indices.dropFirst() where isStart(elements[index]) {
      parts.append(elements[start..<index])
      start = index
    }
    parts.append(elements[start...])
    return parts
  }

  /// `= expr`: what follows the sign goes to the next line when that makes it fit. A `case` that
  /// takes several lines in any case begins on the line of the sign.
  private mutating func value(
    _ elements: ArraySlice<SyntaxTree.Element>, of node: SyntaxNode
  ) -> (flat: Document, broken: Document) {
    guard let first = elements.first, case .token(let sign) = first.child else {
      return (.empty, .empty)
    }
    let head = document(first)
    let rest = spaced(elements.dropFirst(), of: node)
    let flat = Document.joined([head, .space, rest])
    if elements.count == 2, isNode(elements[elements.startIndex + 1], .caseOf) {
      let indent = depths[sign] + 2
      guard let text = rest.flat, node.kind != .term, node.kind != .param,
        indent + text.columns <= Self.width
      else { return (flat, flat) }
    }
    return (flat, .joined([head, .nested(2, .line + rest)]))
  }

  // MARK: Definitions

  /// `head = expr`
  private mutating func definition(_ node: SyntaxNode) -> ItemLayout {
    let elements = node.elements
    guard let split = elements.firstIndex(where: isEqual) else { return alone(document(node)) }
    let head = spaced(elements[..<split], of: node)
    let value = value(elements[split...], of: node)
    let isLong = elements[..<split].contains { isWord($0, "for") }
    return ItemLayout(
      family: node.kind,
      cells: [
        ItemLayout.Cell(document: head, overflows: isLong), ItemLayout.Cell(document: value.flat),
      ],
      document: .group(.joined([head, .space, value.broken])))
  }

  /// `param name: type in domain = value because "…"`
  private mutating func param(_ node: SyntaxNode) -> ItemLayout {
    let elements = node.elements
    guard let colon = elements.firstIndex(where: { $0.field == .type }) else {
      return alone(document(node))
    }
    var cells: [ItemLayout.Cell?] = [
      ItemLayout.Cell(document: spaced(elements[..<colon], of: node)), nil, nil, nil, nil,
    ]
    var broken: [Document] = [cells[0]?.document ?? .empty]
    var rest = elements[colon...]
    while let first = rest.first {
      let end =
        rest.dropFirst().firstIndex {
          isWord($0, "in") || isEqual($0) || isNode($0, .because)
        } ?? rest.endIndex
      let part = rest[rest.startIndex..<end]
      if isEqual(first) {
        let value = value(part, of: node)
        cells[3] = ItemLayout.Cell(document: value.flat)
        broken += [.space, value.broken]
      } else {
        let document = spaced(part, of: node)
        let isReason = isNode(first, .because)
        cells[isReason ? 4 : isWord(first, "in") ? 2 : 1] = ItemLayout.Cell(
          document: document, gap: isReason ? 2 : 1)
        broken += isReason ? [.nested(2, .line + document)] : [.space, document]
      }
      rest = rest[end...]
    }
    return ItemLayout(family: .param, cells: cells, document: .group(.joined(broken)))
  }

  // MARK: Tables

  /// `name: type = default @role`: names, types and roles are columns.
  private mutating func column(_ node: SyntaxNode) -> ItemLayout {
    let elements = node.elements
    guard let start = elements.firstIndex(where: { $0.field == .type }) else {
      return alone(document(node))
    }
    let roles = elements.firstIndex { $0.field == .role } ?? elements.endIndex
    let hasDefault = elements[start..<roles].contains(where: isEqual)
    let name = spaced(elements[..<start], of: node)
    let type = spaced(elements[start..<roles], of: node)
    var cells: [ItemLayout.Cell?] = [
      ItemLayout.Cell(document: name, isCounted: true),
      ItemLayout.Cell(document: type, isCounted: !hasDefault),
    ]
    var line = [name, .space, type]
    if roles < elements.endIndex {
      let rest = spaced(elements[roles...], of: node)
      cells.append(ItemLayout.Cell(document: rest))
      line += [.space, rest]
    }
    return ItemLayout(family: .column, cells: cells, document: .joined(line))
  }

  // MARK: Masks, objectives, policies

  /// `hide TARGET unless C else V because "…"`, `forbid NAME when C because "…"`
  private mutating func rule(_ node: SyntaxNode) -> ItemLayout {
    let slices = parts(node) { element in
      isWord(element, "unless") || isWord(element, "when") || isWord(element, "else")
        || isNode(element, .because)
    }
    var cells: [ItemLayout.Cell?] = [nil, nil, nil]
    var middle: [Document] = []
    var broken: [Document] = []
    for (index, slice) in slices.enumerated() {
      let document = spaced(slice, of: node)
      if index == 0 {
        cells[0] = ItemLayout.Cell(document: document, isCounted: true)
        broken.append(document)
        continue
      }
      broken.append(.nested(2, .line + document))
      if let first = slice.first, isNode(first, .because) {
        cells[2] = ItemLayout.Cell(document: document, gap: 2)
      } else {
        middle += middle.isEmpty ? [document] : [.space, document]
      }
    }
    if !middle.isEmpty { cells[1] = ItemLayout.Cell(document: .joined(middle)) }
    return ItemLayout(family: .hide, cells: cells, document: .group(.joined(broken)))
  }

  /// `maximize NAME = expr weight w because "…"`
  private mutating func term(_ node: SyntaxNode) -> ItemLayout {
    let slices = parts(node) { element in
      isEqual(element) || isWord(element, "weight") && element.field == .none
        || isNode(element, .because)
    }
    var cells: [ItemLayout.Cell?] = [nil, nil, nil, nil]
    var broken: [Document] = []
    for (index, slice) in slices.enumerated() {
      guard let first = slice.first else { continue }
      if index == 0 {
        let head = spaced(slice, of: node)
        cells[0] = ItemLayout.Cell(document: head)
        broken.append(head)
      } else if isEqual(first) {
        let value = value(slice, of: node)
        cells[1] = ItemLayout.Cell(document: value.flat)
        broken += [.space, value.broken]
      } else {
        let document = spaced(slice, of: node)
        let isReason = isNode(first, .because)
        cells[isReason ? 3 : 2] = ItemLayout.Cell(document: document, gap: 2)
        broken += isReason ? [.nested(2, .line + document)] : [.space, document]
      }
    }
    return ItemLayout(family: .term, cells: cells, document: .group(.joined(broken)))
  }

  /// `constraint NAME: what must hold because "…"`
  private mutating func constraint(_ node: SyntaxNode) -> ItemLayout {
    let slices = parts(node) { $0.field == .condition || isNode($0, .because) }
    var cells: [ItemLayout.Cell?] = [nil, nil, nil]
    var broken: [Document] = []
    for (index, slice) in slices.enumerated() {
      let document = spaced(slice, of: node)
      let isReason = slice.first.map { isNode($0, .because) } ?? false
      let place = isReason ? 2 : min(index, 1)
      cells[place] = ItemLayout.Cell(
        document: document, isCounted: index == 0, gap: isReason ? 2 : 1)
      // A new line behind the colon would end the item.
      broken +=
        isReason ? [.nested(2, .line + document)] : index == 0 ? [document] : [.space, document]
    }
    return ItemLayout(family: .constraint, cells: cells, document: .group(.joined(broken)))
  }

  /// `keyword operands because "…"`: keywords and reasons are columns.
  private mutating func clause(_ node: SyntaxNode) -> ItemLayout {
    let elements = node.elements
    let reason = elements.firstIndex { isNode($0, .because) } ?? elements.endIndex
    guard !elements.isEmpty else { return alone(.empty) }
    let keyword = spaced(elements[..<1], of: node)
    var cells: [ItemLayout.Cell?] = [ItemLayout.Cell(document: keyword), nil, nil]
    var broken = [keyword]
    if reason > 1 {
      let operands = separated(elements[1..<reason], of: node)
      cells[1] = ItemLayout.Cell(document: operands)
      broken += [.space, operands]
    }
    if reason < elements.endIndex {
      let document = spaced(elements[reason...], of: node)
      cells[2] = ItemLayout.Cell(document: document, gap: 2)
      broken.append(.nested(2, .line + document))
    }
    return ItemLayout(family: .clause, cells: cells, document: .group(.joined(broken)))
  }

  /// `first MEMBER when condition because "…"`: words and reasons are columns; a condition that does not
  /// fit goes to the next line.
  private mutating func turn(_ node: SyntaxNode) -> ItemLayout {
    let elements = node.elements
    let slices = parts(node) { isWord($0, "when") && $0.field == .none || isNode($0, .because) }
    guard let head = slices.first, head.count > 1 else { return alone(document(node)) }
    let keyword = spaced(elements[..<1], of: node)
    var operands = [spaced(head.dropFirst(), of: node)]
    var cells: [ItemLayout.Cell?] = [ItemLayout.Cell(document: keyword), nil, nil]
    var broken = [keyword, .space, operands[0]]
    for slice in slices.dropFirst() {
      let document = spaced(slice, of: node)
      broken.append(.nested(2, .line + document))
      if let first = slice.first, isNode(first, .because) {
        cells[2] = ItemLayout.Cell(document: document, gap: 2)
      } else {
        operands += [.space, document]
      }
    }
    cells[1] = ItemLayout.Cell(document: .joined(operands))
    return ItemLayout(family: .clause, cells: cells, document: .group(.joined(broken)))
  }

  // MARK: Outputs

  /// `output name = query to "…"`, `view name = query`, `show query`
  private mutating func written(_ node: SyntaxNode) -> ItemLayout {
    let elements = node.elements
    guard let place = elements.firstIndex(where: { isNode($0, .query) }),
      case .node(let index) = elements[place].child
    else { return alone(document(node)) }
    let head = spaced(elements[..<place], of: node)
    let body = query(self.node(index), tail: Array(elements[(place + 1)...]))
    let line = Document.joined([head, .space, body])
    guard let equal = elements.firstIndex(where: isEqual), head.flat != nil else {
      return alone(line)
    }
    let name = spaced(elements[..<equal], of: node)
    let value = Document.joined([document(elements[equal]), .space, body])
    return ItemLayout(
      family: .output,
      cells: [ItemLayout.Cell(document: name), ItemLayout.Cell(document: value)], document: line)
  }

  /// `expect condition because "…"`
  private mutating func expect(_ node: SyntaxNode) -> ItemLayout {
    let slices = parts(node) { isNode($0, .because) }
    let parts = slices.enumerated().map { index, slice in
      let document = spaced(slice, of: node)
      return index == 0 ? document : .nested(2, .line + document)
    }
    return alone(.group(.joined(parts)))
  }
}
