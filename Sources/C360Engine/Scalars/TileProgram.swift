import C360Columns
import C360Plan

/// Scalar expressions over exposures × actions, each part evaluated at its own grain: what depends on
/// the exposure alone once an exposure, what depends on the action alone once in all, the rest once a
/// pair.
///
/// Row r of a tile is exposure r / A and action r % A, where A is the number of actions (the no-op is
/// not among them).
public struct TileProgram: Sendable {
  public enum Grain: Sendable { case constant, frame, action, tile }

  public let outputs: [ScalarID]
  /// The coarsest grain at which each output is constant.
  public let grains: [Grain]
  let plan: Plan
  let pool: TextPool
  let frame: ScalarProgram
  let action: ScalarProgram
  let tile: ScalarProgram
  /// Where each input of `tile` comes from.
  let ports: [Port]

  enum Port: Sendable {
    /// Output of the frame program.
    case frame(Int)
    /// Output of the action program.
    case action(Int)
    case tileColumn(ColumnID)
    /// The dot products of an output of the frame program with one of the action program: vectors
    /// of both grains, which need not be written out for every pair.
    case product(frame: Int, action: Int)
  }

  /// - Parameters:
  ///   - frame, actions: relations whose columns have the grain of exposures and of actions; any
  ///     other column that is read has one value a pair.
  ///   - tileColumns: columns with one value a pair, even if they belong to one of the relations.
  /// - Throws: `EngineError.source` when a zone is unknown.
  public init(
    _ outputs: [ScalarID], in plan: Plan, frame: RelationID, actions: RelationID,
    tileColumns: Set<ColumnID>, pool: TextPool
  ) throws(EngineError) {
    self.outputs = outputs
    self.plan = plan
    self.pool = pool
    let arena = plan.scalars
    var grainOf: [Grain] = []
    var framePorts: [ScalarID] = []
    var actionPorts: [ScalarID] = []
    func port(_ id: ScalarID) {
      switch grainOf[Int(id.index)] {
      case .frame: if !framePorts.contains(id) { framePorts.append(id) }
      case .action: if !actionPorts.contains(id) { actionPorts.append(id) }
      case .constant, .tile: break
      }
    }
    var products: [ScalarID: (frame: ScalarID, action: ScalarID)] = [:]
    let reachable = Self.reachable(outputs, arena)
    for index in arena.nodes.indices {
      let node = arena.nodes[index]
      var grain = Grain.constant
      if case .column(let column) = node.operation {
        let relation = plan[column].relation
        grain =
          tileColumns.contains(column)
          ? .tile : relation == frame ? .frame : relation == actions ? .action : .tile
      }
      for input in node.inputs { grain = Self.join(grain, grainOf[Int(input.index)]) }
      grainOf.append(grain)
      if grain == .tile && reachable[index] { node.inputs.forEach(port) }
      if grain == .tile, case .dot = node.operation {
        switch (grainOf[Int(node.inputs[0].index)], grainOf[Int(node.inputs[1].index)]) {
        case (.frame, .action):
          products[ScalarID(Int32(index))] = (node.inputs[0], node.inputs[1])
        case (.action, .frame):
          products[ScalarID(Int32(index))] = (node.inputs[1], node.inputs[0])
        default: break
        }
      }
    }
    outputs.forEach(port)
    grains = outputs.map { grainOf[Int($0.index)] }
    self.frame = try ScalarProgram(framePorts, in: arena, pool: pool)
    action = try ScalarProgram(actionPorts, in: arena, pool: pool)
    tile = try ScalarProgram(
      outputs, in: arena, pool: pool, computed: Set(framePorts + actionPorts + products.keys))
    ports = tile.inputs.map { input in
      switch input {
      case .column(let column): return .tileColumn(column)
      case .computed(let id):
        if let factors = products[id], let row = framePorts.firstIndex(of: factors.frame),
          let action = actionPorts.firstIndex(of: factors.action)
        {
          return .product(frame: row, action: action)
        }
        return framePorts.firstIndex(of: id).map(Port.frame)
          ?? .action(actionPorts.firstIndex(of: id) ?? 0)
      }
    }
  }

  /// Of an output.
  public func type(of output: ScalarID) -> PhysicalType { plan.scalars[output].type }

  private static func reachable(_ outputs: [ScalarID], _ arena: ScalarArena) -> [Bool] {
    var reachable = [Bool](repeating: false, count: arena.nodes.count)
    for id in outputs { reachable[Int(id.index)] = true }
    for index in arena.nodes.indices.reversed() where reachable[index] {
      for input in arena.nodes[index].inputs { reachable[Int(input.index)] = true }
    }
    return reachable
  }

  private static func join(_ left: Grain, _ right: Grain) -> Grain {
    if left == .constant || left == right { return right }
    return right == .constant ? left : .tile
  }
}
