import SaliencyCore
import Synchronization

extension Explainer {
  /// The layer where the derivative has no finite value for an input: a root or a logarithm of 0; nil where none is found.
  ///
  /// - Parameters:
  ///   - input: the input, with its items in front.
  ///   - choose: the units that are explained.
  func singularity(for input: Tensor, choosing choose: @escaping TargetChoice) async throws -> String? {
    let found = Mutex<[(layer: String, what: String)]>([])
    let look = Diagnosis { context in
      let path = context.explained.path(from: context.attributionTarget)
      let nodes = context.network.graph.nodes
      let items = context.input.shape[0]
      let roots = nodes.indices.filter { index in
        path.contains(index) && Self.singularFunction(nodes[index].operation) != nil
          && (items == 1 || nodes[nodes[index].operands[0]].shape.first == items)
      }.prefix(200)
      found.withLock {
        $0 = roots.map {
          (
            context.network.layerNames(of: [$0]).first ?? nodes[$0].name,
            Self.singularFunction(nodes[$0].operation) ?? ""
          )
        }
      }
      let zero = context.builder.constant(Tensor(shape: [1, 1], values: [1])).broadcast(to: [items, 1])
      return [zero]
        + roots.map { index in
          let operand = context.builder.value(at: nodes[index].operands[0])
          return items == 1
            ? (-(-operand).largest()).reshaped(to: [1, 1]) : -(-operand).largestOfItems
        }
    }
    var question = graphQuestion
    question.method = look
    let engine = try await GraphEngine(arranged, question, inputShape: input.shape, engine.executor)
    let numbers = try await engine.answer(to: input, nil, choosing: choose).attribution
    let count = numbers.shape[1]
    for (position, root) in found.withLock({ $0 }).enumerated() {
      let isAtZero = (0..<numbers.shape[0]).contains { numbers.values[$0 * count + position + 1] == 0 }
      if isAtZero {
        return
          "layer '\(root.layer.printable())' takes \(root.what) of 0, where its derivative is infinite; add a little noise to the "
          + "input, or ask with respect to a layer behind it"
      }
    }
    return nil
  }

  /// What a function is whose derivative is infinite at 0; nil for others.
  private static func singularFunction(_ operation: any Operation) -> String? {
    switch operation {
    case is SquareRoot: "the square root"
    case is Logarithm: "the logarithm"
    case let power as Power where power.exponent > 0 && power.exponent < 1: "a root"
    default: nil
    }
  }
}
