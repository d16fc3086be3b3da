import C360Plan

extension TimelineProgram {
  /// The windows that an instruction looks at.
  private func windows(of instruction: Int) -> [Window] {
    let kernel = instructions[instruction].kernel
    var selections = [instructions[instruction].selection]
    switch kernel {
    case .share(let other), .weightedShare(let other, _), .streak(let other):
      selections.append(other)
    default: break
    }
    return selections.map { windows[self.selections[$0].window] }
  }

  /// Whether its windows begin at instants: events before those make no difference.
  func isBounded(_ instruction: Int) -> Bool {
    windows(of: instruction).allSatisfy { if case .moment = $0.start { true } else { false } }
  }

  /// The instants between which the events of some bounded instructions lie.
  fileprivate func moments(of instructions: [Int]) -> Set<Instant> {
    var result: Set<Instant> = []
    for window in instructions.flatMap(windows) {
      result.insert(moments[window.end])
      if case .moment(let start) = window.start { result.insert(moments[start]) }
    }
    return result
  }
}

extension Chunk {
  /// The same rows of one entity with no more of its events than bounded instructions look at: those
  /// from the least instant that a row asks for up to the greatest, decisions among them.
  func narrowed(to instructions: [Int]) -> Chunk {
    var least = Int64.max
    var greatest = Int64.min
    func cover(_ targets: UnsafePointer<Int64>) {
      for row in 0..<rowCount {
        least = min(least, targets[row])
        greatest = max(greatest, targets[row])
      }
    }
    cover(decisions)
    for instant in inputs.program.moments(of: instructions) {
      let mark = scratch.mark
      cover(targets(of: instant.moment, decisions(by: instant.clock)))
      scratch.release(to: mark)
    }
    let all = Int(groupFrom[0])..<Int(groupTo[0])
    let from = partition(all) { times[$0] >= least }
    let to = partition(from..<all.upperBound) { times[$0] > greatest }
    return Chunk(self, events: from..<to)
  }

  /// The first place of a range from which on something holds.
  private func partition(_ range: Range<Int>, _ holds: (Int) -> Bool) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low &+ high) &>> 1
      if holds(middle) { high = middle } else { low = middle &+ 1 }
    }
    return low
  }
}
