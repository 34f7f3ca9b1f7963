import ONNXFormat
public import SaliencyCore

extension Explainer {
  /// How far the attribution of an exported model is from that of this explainer, in relative L2.
  ///
  /// The file is read and run as any other model. Where it takes a target, the unit with the largest score is explained.
  ///
  /// - Parameters:
  ///   - path: a file that ``export(to:options:executor:)`` wrote.
  ///   - options: the options that it was written with.
  ///   - input: an input, of the explainer's shape.
  ///   - executor: where it runs; where nil, on `Executor.shared`.
  /// - Throws: what opening and running a model throws; `SaliencyError` where the method draws random numbers.
  public func errorOfExport(
    at path: String, options: ExportOptions, for input: Tensor, executor: Executor? = nil
  ) async throws -> Double {
    if case .sampling(let method as any AveragingMethod) = question.method.recipe,
      method.sampledAverage.seed != nil
    {
      throw SaliencyError(
        .invalidSetting,
        "method '\(method.name)' draws other random numbers in each program, so that its attributions cannot be compared",
        file: path)
    }
    if let other = try await exporter(of: options.target) {
      return try await other.errorOfExport(at: path, options: options, for: input, executor: executor)
    }
    let executor = try executor ?? .shared
    let written = try ONNXModel(contentsOf: path)
    var expected: Attribution
    var constants: [String: Tensor] = [:]
    if unitCount > 0 {
      expected = try await attribution(of: input, target: options.target ?? .top)
      if options.target == nil, let name = written.inputs.map(\.name).first(where: { $0 != provenance.input })
      {
        let best = expected.units.map { Float($0[0].index) }
        constants[name] = Tensor(shape: [best.count], values: best)
      }
    } else {
      expected = try await attribution(of: input)
    }
    let network = try written.network(inputShapes: [provenance.input: input.shape], constants: constants)
    // It stands behind those of the network's own outputs that can be computed.
    let position = try arranged.network(inputShape: arranged.arrangement.arranged(inputShape))
      .availableOutputs
      .count
    guard network.outputs.indices.contains(position) else {
      throw SaliencyError(.invalidFile, "it gives no attribution", file: path)
    }
    let port = network.outputs[position]
    let graph = try network.graph.withOutputs([port.node]).optimized()
    let found = try await executor.run(executor.compile(graph), [provenance.input: input])[0]
    guard found.shape == expected.values.shape else {
      throw SaliencyError(
        .invalidFile, "its attribution is \(found.shape.text), but has to be \(expected.values.shape.text)",
        file: path)
    }
    let pairs = zip(found.values, expected.values.values)
    let difference = pairs.reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let size = pairs.reduce(0.0) { $0 + Double($1.1) * Double($1.1) }
    return size > 0 ? (difference / size).squareRoot() : difference.squareRoot()
  }
}
