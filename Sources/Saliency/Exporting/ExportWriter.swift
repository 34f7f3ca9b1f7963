import FileAccess
import ONNXFormat
import SaliencyCore

/// A graph that is to be exported, for inputs of one batch.
struct ExportedGraph {
  let graph: Graph
  /// The wished names of what the model gives, with positions among the graph's outputs: first the network's own.
  let outputs: [(name: String, position: Int)]
  /// How many of them are the network's own.
  let networkOutputCount: Int
  /// What gives the graph's inputs their numbers, by label; tensors of the model's own input where nothing is said.
  var sources: [String: GraphExporter.Source] = [:]
}

extension Model {
  /// The type that the explained input has in a written model: integers stay what they are, other numbers are of single precision.
  ///
  /// - Throws: `SaliencyError` where the numbers that the model computes with are not exact for these integers, or the type cannot be written.
  fileprivate func exportedInputType(_ precision: ExportOptions.Precision) throws -> ONNXElementType {
    let input = try explainedInput()
    guard let range = input.integerRange else { return .float32 }
    let name = input.name.printable()
    guard let type = ONNXElementType.allCases.first(where: { "\($0)" == input.elementType }),
      type.byteCount != nil
    else {
      throw SaliencyError(
        .invalidSetting, "input '\(name)' is of type \(input.elementType), which cannot be written",
        file: path)
    }
    guard precision == .single || range.lowerBound >= -2_048 && range.upperBound <= 2_048 else {
      throw SaliencyError(
        .invalidSetting,
        "input '\(name)' takes integers (\(input.elementType)), and those beyond 2048 are not exact in half precision; write the model "
          + "in single precision, fp32", file: path)
    }
    return type
  }
}

/// Writes graphs of a model as ONNX models, with an open batch where the model leaves it open.
struct ExportWriter {
  private let model: Model
  private let inputShape: Shape
  private let itemAxis: Int?
  private let options: ExportOptions
  private let executor: Executor
  /// What gives the input its numbers, of the type that it has in the model.
  private let inputSource: GraphExporter.Source

  /// A writer of graphs of a model.
  ///
  /// - Parameters:
  ///   - inputShape: the shape of the input, as the model has it.
  ///   - itemAxis: the axis of it along which items lie, which stays open where the model leaves it open; nil where it is one item.
  /// - Throws: `SaliencyError` where an option does not fit, or the model's input has a type that cannot be written.
  init(
    _ model: Model, inputShape: Shape, itemAxis: Int?, options: ExportOptions, executor: Executor?
  ) throws {
    guard GraphExporter.operatorSets ~= options.operatorSet else {
      throw SaliencyError(
        .invalidSetting,
        "operator set \(options.operatorSet) is not possible; models can be written for sets "
          + "\(GraphExporter.operatorSets.lowerBound) to \(GraphExporter.operatorSets.upperBound)")
    }
    (self.model, self.inputShape, self.itemAxis, self.options) = (model, inputShape, itemAxis, options)
    inputSource = .tensor(try model.exportedInputType(options.precision))
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
    if let axis = try openItemAxis {
      func shape(ofBatch count: Int) -> Shape {
        var shape = inputShape
        shape[axis] = count
        return shape
      }
      // Two batches, neither of which is 1, tell what grows with the batch.
      do {
        let main = try build(shape(ofBatch: 2))
        let twin = try build(shape(ofBatch: 3))
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

  /// The axis of the items where the model leaves it open, and there are others.
  private var openItemAxis: Int? {
    get throws {
      guard !options.fixesBatch, inputShape.count > 1, let itemAxis,
        let dimensions = try model.explainedInput().dimensions
      else { return nil }
      return dimensions[itemAxis] == nil ? itemAxis : nil
    }
  }

  private func write(
    _ main: ExportedGraph, _ twin: ExportedGraph, batches: (Int, Int), to path: String,
    _ properties: [(key: String, value: String)], fixedBatchReason: String?
  ) async throws -> ExportReport {
    let (graph, twinGraph) = try await folded(main.graph, twin.graph)
    let networkNames = main.outputs.prefix(main.networkOutputCount).map(\.name)
    var taken = Set(networkNames + model.inputs.map(\.name))
    func unique(_ wish: String) -> String {
      var name = wish
      while !taken.insert(name).inserted { name += "_" }
      return name
    }
    var sources = main.sources
    sources[try model.explainedInput().name] = inputSource
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
