public import SaliencyCore

/// An operation whose definition is written down in double precision, without regard to speed.
package protocol ReferenceEvaluated: SaliencyCore.Operation {
  /// The result for operands that fit the operation; its shape is `shape`.
  func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor
}

/// Computes graphs in double precision from the definitions of their operations.
///
/// It shares nothing with the executor, so that the two can be held against each other.
public enum ReferenceEvaluator {
  /// A graph that cannot be evaluated.
  public struct Failure: Error, CustomStringConvertible {
    /// What is missing.
    public let description: String
  }

  /// The outputs of `graph` for `inputs` by label.
  public static func evaluate(
    _ graph: Graph, _ inputs: [String: ReferenceTensor]
  ) throws -> [ReferenceTensor] {
    var results = [ReferenceTensor?](repeating: nil, count: graph.nodes.count)
    let needed = nodes(neededBy: graph)
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      if let input = node.operation as? Input {
        guard let tensor = inputs[input.label], tensor.shape == input.shape else {
          throw Failure(description: "no tensor of \(input.shape.text) is given for input '\(input.label)'")
        }
        results[index] = tensor
        continue
      }
      guard let operation = node.operation as? any ReferenceEvaluated else {
        throw Failure(description: "\(node.operation.name) has no reference")
      }
      let result = operation.reference(node.operands.map { results[$0]! }, shape: node.shape)
      guard result.shape == node.shape else {
        throw Failure(
          description:
            "\(node.operation.name) gives \(result.shape.text) where \(node.shape.text) was announced")
      }
      results[index] = result
    }
    return graph.outputs.map { results[$0]! }
  }

  private static func nodes(neededBy graph: Graph) -> [Bool] {
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for output in graph.outputs { needed[output] = true }
    for index in graph.nodes.indices.reversed() where needed[index] {
      for operand in graph.nodes[index].operands { needed[operand] = true }
    }
    return needed
  }
}

extension Constant: ReferenceEvaluated {
  /// The constant itself.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(tensor)
  }
}
