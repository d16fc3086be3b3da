import CKernels

/// Sums that halve with every half-life (semantics.md G2). The value is by definition a fold over the
/// visible events of the window in order: s = s · 2^(−Δt/H) + v, in the end 2^(−(t − last)/H) times
/// that. It is computed in exactly this way, so that no other event changes a bit of it.
struct DecayKernel {
  let kind: TimelineProgram.DecayKind
  let halfLife: Double
  /// nil: every event counts 1.
  let values: UnsafePointer<Double>?
  /// nil: every event weighs 1 in the mean.
  let weights: UnsafePointer<Double>?
  let times: UnsafePointer<Int64>

  private struct State {
    var sum = 0.0
    var weight = 0.0
    /// Stream position of the last event; −1 for none.
    var last = -1
  }

  func run(_ ranges: Ranges, _ scratch: Scratch, into output: KernelOutput) {
    // From each event to the next: shared by all windows that hold both.
    let factors = scratch.take(ranges.streamCount + 1, of: Double.self)
    if ranges.streamCount > 0 { factors[0] = 0 }
    for position in 1..<max(1, ranges.streamCount) {
      // Between two entities time may jump back; nobody reads that factor.
      factors[position] = -Double(times[position] &- times[position - 1]) / halfLife
    }
    c360_exp2_f64(factors, factors, ranges.streamCount)
    for group in 0..<ranges.groupCount {
      var state = State()
      var low = 0
      var high = -1
      for query in Int(ranges.groups[group])..<Int(ranges.groups[group + 1]) {
        let first = Int(ranges.from[query])
        let end = Int(ranges.to[query])
        if first != low || end < high || high < first {
          state = State()
          low = first
          high = first
        }
        while high < end {
          step(&state, high, factor: state.last < 0 ? 0 : factors[high])
          high &+= 1
        }
        var visible = state
        let decision = ranges.decisions[query]
        ranges.tails?.forEach(query, decision) { position in
          let factor =
            visible.last < 0 ? 0 : factor(from: times[visible.last], to: times[position])
          step(&visible, position, factor: factor)
        }
        write(visible, query, decision, output)
      }
    }
  }

  @inline(__always)
  private func step(_ state: inout State, _ position: Int, factor: Double) {
    let value = values.map { $0[position] } ?? 1
    state.sum = state.last < 0 ? value : state.sum * factor + value
    state.weight = state.weight * factor + (weights.map { $0[position] } ?? 1)
    state.last = position
  }

  /// The mean is taken at the last event, where its weight is not yet small; the decay from there to the
  /// decision cancels.
  private func write(_ state: State, _ query: Int, _ decision: Int64, _ output: KernelOutput) {
    guard state.last >= 0 else {
      if kind == .mean { output.setNull(query, Double.self) } else { output.set(query, 0.0) }
      return
    }
    switch kind {
    case .mean: output.set(query, state.sum / state.weight)
    case .sum: output.set(query, state.sum * factor(from: times[state.last], to: decision))
    case .count: output.set(query, state.weight * factor(from: times[state.last], to: decision))
    }
  }

  private func factor(from earlier: Int64, to later: Int64) -> Double {
    c360_exp2(-Double(later &- earlier) / halfLife)
  }
}
