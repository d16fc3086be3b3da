extension GroupedSimplex {
  /// What a position of the working basis adds to the objective over its key.
  private func basicCost(_ position: Int) -> Double {
    let variable = basis[position]
    if variable >= 0 { return cost(variable) - cost(keys[owners[position]]) }
    return variable % 2 == 0 ? -charges[(-variable - 2) / 2] : 0
  }

  /// Prices of rows from the working basis.
  func price() {
    let m = rowCount
    for row in 0..<m { prices.start[row] = 0 }
    for position in 0..<m {
      let cost = basicCost(position)
      if cost == 0 { continue }
      let source = inverse.start + position * m
      for row in 0..<m { prices.start[row] += cost * source[row] }
    }
  }

  /// The inverse and all values once more from the basis, so that rounding does not pile up.
  func invert() {
    sinceInversion = 0
    let m = rowCount
    let matrix = DoubleBuffer(m * m)
    for position in 0..<m {
      let variable = basis[position]
      if variable < 0 {
        let row = (-variable - 1) / 2
        if variable % 2 == 0 {
          for part in relieved[row] { matrix.start[part.row * m + position] = -part.amount }
        } else {
          matrix.start[row * m + position] = 1
        }
      } else {
        spread(variable, 1, into: matrix.start + position, stride: m)
        spread(keys[owners[position]], -1, into: matrix.start + position, stride: m)
      }
    }
    guard eliminate(matrix) else {
      start()
      return
    }
    var left = problem.bounds
    for key in keys {
      for entry in problem.entryRange(key) {
        left[Int(problem.entryRows[entry])] -= problem.entries[entry]
      }
    }
    for decision in keyValues.indices { keyValues[decision] = 1 }
    for position in 0..<m {
      var value = 0.0
      let source = inverse.start + position * m
      for row in 0..<m { value += source[row] * left[row] }
      values[position] = abs(value) < 1e-12 ? 0 : value
      if basis[position] >= 0 { keyValues[owners[position]] -= values[position] }
    }
    price()
  }

  private func spread(
    _ column: Int, _ factor: Double, into target: UnsafeMutablePointer<Double>, stride: Int
  ) {
    for entry in problem.entryRange(column) {
      target[Int(problem.entryRows[entry]) * stride] += factor * problem.entries[entry]
    }
  }

  /// Gauss-Jordan elimination with the greatest pivot of each column; false: singular.
  private func eliminate(_ matrix: DoubleBuffer) -> Bool {
    let m = rowCount
    let (a, b) = (matrix.start, inverse.start)
    for place in 0..<m * m { b[place] = 0 }
    for row in 0..<m { b[row * m + row] = 1 }
    for column in 0..<m {
      var pivot = column
      for row in column..<m where abs(a[row * m + column]) > abs(a[pivot * m + column]) {
        pivot = row
      }
      let greatest = a[pivot * m + column]
      guard abs(greatest) > 1e-13 else { return false }
      if pivot != column {
        for place in 0..<m {
          swap(&a[pivot * m + place], &a[column * m + place])
          swap(&b[pivot * m + place], &b[column * m + place])
        }
      }
      for place in 0..<m {
        a[column * m + place] /= greatest
        b[column * m + place] /= greatest
      }
      for row in 0..<m where row != column {
        let factor = a[row * m + column]
        if factor == 0 { continue }
        for place in 0..<m {
          a[row * m + place] -= factor * a[column * m + place]
          b[row * m + place] -= factor * b[column * m + place]
        }
      }
    }
    return true
  }
}
