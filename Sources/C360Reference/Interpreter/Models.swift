import C360Models

/// The sum of an output for one row, as its maker defines it: nil and NaN are missing.
func modelSum(_ model: Model, _ output: ModelOutput, _ row: [Int: Double]) -> Double {
  let isSingle = model.precision == .single
  func rounded(_ number: Double) -> Double { isSingle ? Double(Float(number)) : number }
  var sum = output.start
  switch output.form {
  case .linear(let weights):
    for feature in output.used {
      guard let value = row[feature], !value.isNaN else { continue }
      sum = rounded(sum + rounded(rounded(value) * weights[feature]))
    }
  case .trees(let trees, let weights):
    for (tree, weight) in zip(trees, weights) {
      let leaf = leaf(of: tree, at: 0, row.mapValues(rounded), isSingle)
      sum = rounded(sum + rounded(rounded(leaf) * weight))
    }
  }
  return sum
}

private func leaf(of tree: Tree, at place: Int, _ row: [Int: Double], _ isSingle: Bool) -> Double {
  let node = tree.nodes[place]
  let goesLeft: Bool
  switch node.test {
  case .leaf(let value): return value
  case .number(let feature, let threshold, let orEqual, let missing):
    let value = row[feature] ?? .nan
    let isZero = abs(value) <= Tree.zeroBound
    switch missing {
    case .left where value.isNaN: goesLeft = true
    case .right where value.isNaN: goesLeft = false
    case .zeroLeft where value.isNaN || isZero: goesLeft = true
    case .zeroRight where value.isNaN || isZero: goesLeft = false
    default:
      let known = value.isNaN ? 0 : value
      goesLeft = known < threshold || (orEqual && known == threshold)
    }
  case .category(let feature, let members, let membersLeft, let missingLeft):
    let value = row[feature] ?? .nan
    if value.isNaN {
      goesLeft = missingLeft
    } else {
      // xgboost takes what is below 0 for no category; lightgbm looks at the whole number.
      let isCode = value < 16_777_216 && (isSingle ? value >= 0 : value > -1)
      let isMember = isCode && members.contains(Int(value))
      goesLeft = isMember == membersLeft
    }
  }
  return leaf(of: tree, at: goesLeft ? node.left : node.right, row, isSingle)
}
