package import SaliencyCore

/// Turns a graph into an ONNX model of standard operators.
package struct GraphExporter {
  /// What gives an input of the graph its numbers when the model runs.
  package enum Source: Sendable {
    /// An input of the model, under the graph's name for it, of a type; what is no floating-point number is converted at once.
    case tensor(ONNXElementType = .float32)
    /// 1 for the unit that an integer input of this name holds for each item of the batch, 0 for the others.
    case unit(inputNamed: String)
    /// 1 for these units in each item of the batch, 0 for the others.
    case units([Int])
    /// These numbers in each item of the batch: a tensor of one item.
    case weights(Tensor)
    /// 1 for the largest number of each item in an output of the graph, given by its position, 0 for the others; 0 for that one as well
    /// where it is not above a limit.
    case largest(ofOutput: Int, above: Float? = nil)
    /// Random numbers of a standard normal distribution.
    case noise(seed: UInt64)
  }

  /// What floating-point numbers the model computes with.
  package enum Precision: Sendable {
    case single, half
  }

  /// How the model is written.
  package struct Options: Sendable {
    /// The version of the operator set.
    package var operatorSet = 17
    package var precision = Precision.single
    /// Whether adjoints of convolutions without strides are written as convolutions with mirrored kernels.
    package var prefersSpeed = false

    package init() {}
  }

  /// The operator sets that models can be written for.
  package static let operatorSets = 17...21

  /// Whether ONNX has a counterpart of an operation, whatever its attributes.
  package static func expresses(_ operation: any Operation) -> Bool {
    operation is any ONNXExportable || operation is Constant || operation is Input
  }

  private let graph: Graph
  private let twin: Graph
  private let batches: (Int, Int)
  private let sources: [String: Source]

  /// An exporter of one graph.
  ///
  /// - Parameters:
  ///   - graph: what is computed.
  ///   - twin: the same for inputs of another batch, where the batch is to be left open.
  ///   - batches: the batches of both.
  ///   - sources: where the inputs' numbers come from, by label; an input of the model where nothing is said.
  package init(
    _ graph: Graph, twin: Graph? = nil, batches: (Int, Int) = (1, 1), sources: [String: Source] = [:]
  ) {
    (self.graph, self.twin) = (graph, twin ?? graph)
    self.batches = batches
    self.sources = sources
  }

  /// The model.
  ///
  /// - Parameters:
  ///   - outputs: the names of outputs, with their positions among those of the graph.
  ///   - file: the path of the file that is written, for errors.
  /// - Throws: `ONNXError` with the code `notExportable` where an operation has no counterpart, and `batchDependent` where something
  ///   depends on the batch in a way that no open batch allows.
  package func model(
    outputs: [(name: String, position: Int)], options: Options = Options(), file: String
  ) throws(ONNXError) -> ExportedModel {
    let document = ONNXDocument(
      operatorSet: options.operatorSet, floatType: options.precision == .half ? .float16 : .float32,
      prefersSpeed: options.prefersSpeed)
    for (name, _) in outputs { document.reserve(name) }
    for index in graph.inputs {
      guard let input = graph.nodes[index].operation as? Input else { continue }
      document.reserve(input.label)
    }
    guard twin.nodes.count == graph.nodes.count, twin.outputs == graph.outputs else {
      throw ONNXError(.batchDependent, "the network has other nodes for another batch", file: file)
    }
    let isNeeded = graph.reachable
    let isOutput = Dictionary(
      outputs.map { (graph.outputs[$0.position], $0.name) }, uniquingKeysWith: { first, _ in first })
    var values = [NodeExport.Operand?](repeating: nil, count: graph.nodes.count)
    var isGiven: Set<String> = []
    for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
      do throws(ExportFault) {
        let extents = try extents(index)
        var name = try export(index, extents, values, document)
        if let output = isOutput[index], options.precision == .single,
          document.renameLast(name, to: output)
        {
          name = output
          isGiven.insert(output)
        }
        values[index] = NodeExport.Operand(name: name, extents: extents)
      } catch {
        throw ONNXError(
          error.kind == .batchDependent ? .batchDependent : .notExportable,
          "(\(node.operation.name)) \(error.message)", file: file, node: node.name)
      }
    }
    for (name, position) in outputs {
      let value = values[graph.outputs[position]]!
      let isHalf = options.precision == .half
      if !isGiven.contains(name) {
        let result = document.add(
          isHalf ? "Cast" : "Identity", [value.name],
          isHalf ? ["to": .integer(Int(ONNXElementType.float32.rawValue))] : [:], name: "\(name)/output")[0]
        _ = document.renameLast(result, to: name)
      }
      document.addOutput(name, value.extents)
    }
    document.finish()
    return ExportedModel(document)
  }

  private func extents(_ index: Int) throws(ExportFault) -> [ExportedExtent] {
    let (shape, other) = (graph.nodes[index].shape, twin.nodes[index].shape)
    guard shape.count == other.count else {
      throw .batchDependent("it has \(shape.text) for one batch and \(other.text) for another")
    }
    var extents: [ExportedExtent] = []
    for pair in zip(shape, other) {
      guard let extent = ExportedExtent(pair, batches: batches) else {
        throw .batchDependent("its extents of \(shape.text) do not grow in proportion to the batch")
      }
      extents.append(extent)
    }
    return extents
  }

  private func export(
    _ index: Int, _ extents: [ExportedExtent], _ values: [NodeExport.Operand?], _ document: ONNXDocument
  ) throws(ExportFault) -> String {
    let (node, other) = (graph.nodes[index], twin.nodes[index])
    guard node.operands == other.operands, type(of: node.operation) == type(of: other.operation) else {
      throw .batchDependent("another operation stands here for another batch")
    }
    if let constant = node.operation as? Constant, let other = other.operation as? Constant {
      return try export((constant.tensor, other.tensor), extents, node.name, document)
    }
    if let input = node.operation as? Input {
      return try export(input, extents, values, document)
    }
    guard let operation = node.operation as? any ONNXExportable else {
      throw .inexpressible("ONNX has no counterpart of it")
    }
    guard operation.corresponds(to: other.operation) else {
      throw .batchDependent("what it does depends on the batch")
    }
    return try operation.export(
      NodeExport(
        document: document, name: node.name, operands: node.operands.map { values[$0]! }, extents: extents))
  }

  /// A constant; where the batches' differ, what they repeat for each item.
  private func export(
    _ constant: (Tensor, twin: Tensor), _ extents: [ExportedExtent], _ name: String, _ document: ONNXDocument
  ) throws(ExportFault) -> String {
    if constant.0.hasEqualElements(as: constant.twin) { return document.constant(constant.0, name: name) }
    let axes = extents.indices.filter { extents[$0].multiple == 1 }
    guard let part = constant.0.part(repeatedAlong: axes),
      let otherPart = constant.twin.part(repeatedAlong: axes), part.hasEqualElements(as: otherPart)
    else {
      throw .batchDependent("its numbers depend on the batch")
    }
    return document.add(
      "Expand", [document.constant(part, name: "\(name)/item"), document.shape(extents)], name: name)[0]
  }

  private func export(
    _ input: Input, _ extents: [ExportedExtent], _ values: [NodeExport.Operand?], _ document: ONNXDocument
  ) throws(ExportFault) -> String {
    let node = NodeExport(document: document, name: input.label, operands: [], extents: extents)
    func oneHot(_ indices: String) throws(ExportFault) -> String {
      let units = try node.fixed(extents.dropFirst(), "the number of units")[0]
      let offAndOn = document.constant(Tensor(shape: [2], values: [0, 1]), name: "off and on")
      return document.add(
        "OneHot", [indices, document.integers([units], shape: []), offAndOn], ["axis": 1],
        name: "\(input.label)/units")[0]
    }
    switch sources[input.label] ?? .tensor() {
    case .tensor(let type):
      document.addInput(input.label, type, extents)
      guard document.floatType != type else { return input.label }
      return document.add(
        "Cast", [input.label], ["to": node.floatType], name: "\(input.label)/\(document.floatType)")[0]
    case .unit(let name):
      document.reserve(name)
      document.addInput(name, .int64, [extents[0]])
      return try oneHot(name)
    case .units(let units):
      let count = try node.fixed(extents.dropFirst(), "the number of units")[0]
      var row = [Float](repeating: 0, count: count)
      for unit in units { row[unit] = 1 }
      let seed = document.constant(Tensor(shape: [1, count], values: row), name: "\(input.label)/units")
      return document.add(
        "Expand", [seed, document.shape(extents)], name: "\(input.label)/seed")[0]
    case .weights(let weights):
      let row = document.constant(weights, name: "\(input.label)/weights")
      return document.add("Expand", [row, document.shape(extents)], name: "\(input.label)/seed")[0]
    case .largest(let output, let limit):
      let scores = values[graph.outputs[output]]!.name
      let best = document.add(
        "ArgMax", [scores], ["axis": 1, "keepdims": 0], name: "\(input.label)/largest")
      let seed = try oneHot(best[0])
      guard let limit else { return seed }
      let counts = document.add("Greater", [scores, node.number(limit)], name: "\(input.label)/counts")
      return document.add(
        "Mul", [seed, node.numbers(counts[0])], name: "\(input.label)/counting")[0]
    case .noise(let seed):
      // The operator keeps its seed in single precision.
      return document.add(
        "RandomNormalLike", [node.zeros(extents)],
        ["dtype": node.floatType, "seed": .number(Float(seed % (1 << 24)))], name: input.label)[0]
    }
  }
}

extension Tensor {
  fileprivate func hasEqualElements(as other: Tensor) -> Bool {
    shape == other.shape
      && (self == other
        || withUnsafeBytes { bytes in other.withUnsafeBytes { bytes.elementsEqual($0) } })
  }
}
