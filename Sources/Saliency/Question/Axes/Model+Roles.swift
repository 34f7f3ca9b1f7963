public import SaliencyCore

extension Model {
  /// The tensors of a network, and what their axes stand for.
  public struct TensorRoles: Sendable {
    /// The input that is explained.
    public let input: AxisRoles
    /// The outputs, in their order.
    public let outputs: [AxisRoles]
    /// The layers, in their order.
    public let layers: [AxisRoles]
  }

  /// What the axes of the explained input, the outputs and the layers stand for.
  ///
  /// One item along an axis shows nothing; where the model leaves the first axis open, two are looked at.
  ///
  /// - Parameter inputShape: the shape of the input.
  /// - Throws: what ``network(inputShape:)`` throws, and `SaliencyError` where a layout that the user said does not fit.
  public func roles(inputShape: Shape) throws -> TensorRoles {
    if inputShape.first == 1, try explainedInput().dimensions?.first == .some(nil) {
      let probe = [2] + inputShape.dropFirst()
      if let roles = try? roles(ofShape: probe) { return roles }
    }
    return try roles(ofShape: inputShape)
  }

  private func roles(ofShape shape: Shape) throws -> TensorRoles {
    let arranged = try ArrangedModel(self, inputShape: shape)
    let network = try arranged.network(inputShape: arranged.arrangement.arranged(shape))
    let finder = AxisRoleFinder(network.graph)
    let builder = GraphBuilder(continuing: network.graph)
    var input = try network.inputRoles(finder).original(arranged.arrangement)
    if let axis = input.itemAxis { input.axes[axis].origin = arranged.origin }
    return try TensorRoles(
      input: input,
      outputs: network.outputs.map {
        try network.roles(
          of: $0.node, names: [$0.name], softmaxAxis: FinalActivation(of: builder.value(at: $0.node)).axis,
          finder)
      },
      layers: network.layers.map { try network.roles(of: $0.node, names: [$0.name], finder) })
  }
}
