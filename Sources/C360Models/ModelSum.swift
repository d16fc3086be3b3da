/// One sum of a model, before the link: what the engine computes. Its inputs are those that the output
/// uses, in ascending order; what is null or NaN is missing.
public struct ModelSum: Sendable, Hashable {
  public let model: Model
  /// Place in the outputs of the model.
  public let index: Int

  public init(_ model: Model, output index: Int) {
    self.model = model
    self.index = index
  }

  public var output: ModelOutput { model.outputs[index] }
}
