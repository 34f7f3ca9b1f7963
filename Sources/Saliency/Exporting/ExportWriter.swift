import FileAccess
import ONNXFormat
import SaliencyCore

/// A graph that is to be exported, for inputs of one batch.
struct ExportedGraph {
  let graph: Graph
  /// The wished names of what the model gives, with positions among the graph's outputs: first the network's own.
  let outputs: [(name: String, position: Int)]
  /// What gives the graph's inputs their numbers, by label; tensors of the model's own input where nothing is said.
  var sources: [String: GraphExporter.Source] = [:]
}

/// Writes graphs of a model as ONNX models, with an open batch where the model leaves it open.
struct ExportWriter {
  private let model: Model
  private let inputShape: Shape
  private let options: ExportOptions
  private let executor: Executor

  init(_ model: Model, inputShape: Shape, options: ExportOptions, executor: Executor?) throws {
    guard GraphExporter.operatorSets ~= options.operatorSet else {
      throw SaliencyError(
        .invalidSetting,
        "operator set \(options.operatorSet) is not possible; models can be written for sets "
          + "\(GraphExporter.operatorSets.lowerBound) to \(GraphExporter.operatorSets.upperBound)")
    }
    (self.model, self.inputShape, self.options) = (model, inputShape, options)
    self.executor = try executor ?? .shared
  }

  /// Writes what `build` makes for inputs of a shape.
  func write(
    to path: String, properties: [(key: String, value: String)], build: (Shape) throws -> ExportedGraph
  ) async throws -> ExportReport {
    do throws(AtomicFile.Failure) { try AtomicFile.check(path) } catch {
      throw ONNXError(.unwritable, "cannot be written: \(error)", file: path)
    }
    var reason: String?
    if try leavesBatchOpen {
      // Two batches, neither of which is 1, tell what grows with the batch.
      do {
        let main = try build([2] + inputShape.dropFirst())
        let twin = try build([3] + inputShape.dropFirst())
        return try await write(main, twin, batches: (2, 3), to: path, properties, fixedBatchReason: nil)
      } catch let error as ONNXError where error.code != .notExportable && error.code != .unwritable {
        reason = error.description
      } catch let error as GraphError where error.code != .outOfMemory {
        // The network takes no other batch, whatever it declares.
        reason = error.description
      }
    }
    let only = try build(inputShape)
    return try await write(only, only, batches: (1, 1), to: path, properties, fixedBatchReason: reason)
  }

  /// Whether the model leaves the first axis of its input open, behind which there are others.
  private var leavesBatchOpen: Bool {
    get throws {
      guard !options.fixesBatch, inputShape.count > 1, let dimensions = try model.explainedInput().dimensions
      else { return false }
      return dimensions[0] == nil
    }
  }

  private func write(
    _ main: ExportedGraph, _ twin: ExportedGraph, batches: (Int, Int), to path: String,
    _ properties: [(key: String, value: String)], fixedBatchReason: String?
  ) async throws -> ExportReport {
    let (graph, twinGraph) = try await folded(main.graph, twin.graph)
    let networkNames = main.outputs.prefix(model.outputs.count).map(\.name)
    var taken = Set(networkNames + model.inputs.map(\.name))
    func unique(_ wish: String) -> String {
      var name = wish
      while !taken.insert(name).inserted { name += "_" }
      return name
    }
    var sources = main.sources
    for (label, source) in sources {
      if case .unit(let name) = source { sources[label] = .unit(inputNamed: unique(name)) }
    }
    let outputs = main.outputs.enumerated().map { index, output in
      (name: index < networkNames.count ? output.name : unique(output.name), position: output.position)
    }
    var writing = GraphExporter.Options()
    writing.operatorSet = options.operatorSet
    writing.precision = options.precision == .half ? .half : .single
    writing.prefersSpeed = options.isFast
    var exported = try GraphExporter(graph, twin: twinGraph, batches: batches, sources: sources).model(
      outputs: outputs, options: writing, file: path)
    exported.name = model.name
    exported.metadata = properties + self.properties
    try exported.write(to: path)
    return ExportReport(
      inputs: exported.inputNames, outputs: exported.outputNames, hasOpenBatch: exported.hasOpenBatch,
      fixedBatchReason: fixedBatchReason, operatorCounts: exported.operatorCounts)
  }

  /// Both graphs with their constants worked out.
  private func folded(_ graph: Graph, _ twin: Graph) async throws -> (Graph, Graph) {
    guard graph.nodes.count == twin.nodes.count else { return (graph, twin) }
    let nodes = graph.foldableNodes(keepsLeaves: model.hasExternalWeights).filter {
      graph.isMadeAlike($0, in: twin)
    }
    guard !nodes.isEmpty else { return (graph, twin) }
    let values = try await executor.run(executor.compile(graph.withOutputs(nodes)), [:])
    let tensors = Dictionary(uniqueKeysWithValues: zip(nodes, values))
    return (try graph.replacing(tensors).compacted(), try twin.replacing(tensors).compacted())
  }

  /// What every file says of itself.
  private var properties: [(key: String, value: String)] {
    var properties = [
      (key: "saliency.version", value: PackageVersion.current), (key: "saliency.source", value: model.name),
      (key: "saliency.source_sha256", value: model.digest),
    ]
    if let preprocessing = try? model.preprocessing() {
      properties.append((key: "saliency.preprocessing", value: preprocessing.settingsText))
    }
    return properties
  }
}
