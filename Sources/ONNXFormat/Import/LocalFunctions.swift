import SaliencyCore

/// The functions that a model defines itself.
struct LocalFunctions {
  /// What a node names a function by.
  private struct Key: Hashable {
    let domain: String
    let name: String
    let overload: String

    init(_ node: ONNXNodeProto) {
      (domain, name, overload) = (node.domain, node.opType, node.overload)
    }

    init(_ function: ONNXFunctionProto) {
      (domain, name, overload) = (function.domain, function.name, function.overload)
    }
  }

  /// A function, ready to be put in the place of a node.
  struct Function {
    let body: NodeBody
    /// The nodes that an output depends on.
    let order: [Int]
    let operatorSetVersion: Int
    /// The attributes that a call may give.
    let attributes: Set<String>
    /// Attributes with the values that they have where a call does not give them.
    let defaults: [ONNXAttributeProto]
  }

  private var functions: [Key: Function] = [:]
  private let file: String

  /// - Throws: `ONNXError` where two functions have one name, a body breaks ONNX's rules, or a function calls itself.
  init(of model: ONNXModelProto, file: String) throws(ONNXError) {
    self.file = file
    for proto in model.functions {
      let body = NodeBody(proto)
      let versions = (proto.opsetImport + model.opsetImport).filter { ["", "ai.onnx"].contains($0.domain) }
      let version = Int(clamping: versions.first?.version ?? 0)
      let order: [Int]
      do throws(ONNXError) {
        order = try NodeOrder.needed(in: body, file: file)
      } catch {
        throw Self.error(error.code, proto, error.message, file: file)
      }
      guard ONNXModel.supportedVersions.contains(version) else {
        throw Self.error(
          .unsupportedOperator, proto, "it is written for operator set \(version), which is not supported",
          file: file)
      }
      let function = Function(
        body: body, order: order, operatorSetVersion: version,
        attributes: Set(proto.attribute).union(proto.attributeProto.map(\.name)),
        defaults: proto.attributeProto)
      guard functions.updateValue(function, forKey: Key(proto)) == nil else {
        throw Self.error(.invalidModel, proto, "two functions have this name", file: file)
      }
    }
    try refuseRecursion(among: model.functions)
  }

  private static func error(
    _ code: ONNXError.Code, _ function: ONNXFunctionProto, _ message: String, file: String
  ) -> ONNXError {
    ONNXError(code, "function '\(function.name.printable())': \(message)", file: file)
  }

  /// The function that `node` calls, nil where it is an operator.
  subscript(node: ONNXNodeProto) -> Function? { functions.isEmpty ? nil : functions[Key(node)] }

  /// Follows calls, each function once, with a stack of our own: a file may chain thousands.
  private func refuseRecursion(among protos: [ONNXFunctionProto]) throws(ONNXError) {
    var isOpen: [Key: Bool] = [:]
    for start in protos where isOpen[Key(start)] == nil {
      var stack: [(key: Key, calls: [Key])] = [(Key(start), calls(of: Key(start)))]
      isOpen[Key(start)] = true
      while let (key, calls) = stack.last {
        guard let call = calls.last else {
          isOpen[key] = false
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].calls.removeLast()
        if isOpen[call] == true {
          throw ONNXError(
            .invalidModel, "function '\(call.name.printable())' calls itself, which ONNX does not allow",
            file: file)
        }
        if isOpen[call] == nil {
          isOpen[call] = true
          stack.append((call, self.calls(of: call)))
        }
      }
    }
  }

  private func calls(of key: Key) -> [Key] {
    functions[key]?.body.nodes.flatMap(\.withSubgraphs).map(Key.init).filter { functions[$0] != nil } ?? []
  }

  /// The nodes among `nodes`, and in the functions that they call, whose operators nobody knows. What stands in the
  /// branches of an `If` is refused when the branch is taken.
  func unsupportedNodes(among nodes: [ONNXNodeProto]) throws(ONNXError) -> [UnsupportedNode] {
    var unsupported: [UnsupportedNode] = []
    var seen: Set<Key> = []
    var pending = nodes.reversed().map { (node: $0, prefix: "") }
    while let (node, prefix) = pending.popLast() {
      let name = prefix + node.displayName
      if let function = self[node] {
        guard seen.insert(Key(node)).inserted else { continue }
        pending += function.order.reversed().map { (function.body.nodes[$0], name + "/") }
      } else if !node.isKnownOperator {
        unsupported.append(.init(node: name, kind: node.qualifiedKind))
      }
    }
    return unsupported
  }
}

extension ONNXNodeProto {
  private var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

  /// What is known of the operator; nil where it is not supported.
  var definition: OperatorDefinition? { isStandard ? OperatorTable[opType] : nil }

  /// Whether the operator is supported, be it only where its operands are known numbers.
  var isKnownOperator: Bool { definition != nil }

  /// The operator, with its domain where that is not ONNX's own.
  var qualifiedKind: String { isStandard ? opType : "\(domain).\(opType)" }

  /// The node and those in its subgraphs.
  fileprivate var withSubgraphs: [ONNXNodeProto] {
    [self]
      + attribute.flatMap { $0.graphs + ($0.hasG ? [$0.g] : []) }.flatMap(\.node).flatMap(\.withSubgraphs)
  }
}
