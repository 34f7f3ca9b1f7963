public import SaliencyCore

/// FullGrad: what the input and each bias contribute, ψ(∂f/∂x · x) + Σ ψ(∂f/∂z · b) over the channels of all layers with biases b and results
/// z (Srinivas and Fleuret, "Full-Gradient Representation for Neural Network Visualization", 2019).
///
/// ψ takes magnitudes, scales them to 0…1 in each channel and stretches them to the picture. Biases are those of convolutions and of batch
/// normalisations, whose constant part is one; biases of dense layers have no place in the picture. Without ψ the terms, with those of dense
/// layers, add up to the score of a network of rectifiers. The result has one channel.
public struct FullGrad: GraphMethod {
  public let name = "fullgrad"

  /// The method; it has no parameters.
  public init() {}

  public var usualModifier: GradientModifier { .relu }

  public func attribution(_ context: MethodContext) throws -> Value {
    _ = try context.pictureGeometry()
    let biases = Bias.all(in: context)
    let gradients = try context.gradients(withRespectTo: [context.input] + biases.map(\.output))
    let product = gradients[0] * context.input
    let isFirst = context.channelAxis == 1
    var total = (isFirst ? product : product.transposed([0, 3, 1, 2])).scaledMagnitudes()
    var bySize: [(size: Shape, sum: Value)] = []
    for (bias, gradient) in zip(biases, gradients.dropFirst()) {
      let term = bias.planes(of: gradient * bias.numbers).scaledMagnitudes()
      if let index = bySize.firstIndex(where: { $0.size == term.shape }) {
        bySize[index].sum = bySize[index].sum + term
      } else {
        bySize.append((term.shape, term))
      }
    }
    total = context.stretched(total)
    for (_, sum) in bySize { total = total + context.stretched(sum) }
    return total
  }

  /// A constant that is added to each channel of something with a height and width.
  private struct Bias {
    /// What the layer gives.
    let output: Value
    /// The constant, of a shape that can be multiplied with the output's gradient.
    let numbers: Value
    let channelAxis: Int

    func planes(of value: Value) -> Value { channelAxis == 1 ? value : value.transposed([0, 3, 1, 2]) }

    static func all(in context: MethodContext) -> [Bias] {
      let path = context.explained.path(from: context.input)
      let builder = context.builder
      return context.network.graph.nodes.enumerated().compactMap { index, node in
        guard path.contains(index), node.shape.count == 4 else { return nil }
        let numbers: Value
        let axis: Int
        switch node.operation {
        case is Convolution where node.operands.count == 3:
          (numbers, axis) = (builder.value(at: node.operands[2]).reshaped(to: [1, node.shape[1], 1, 1]), 1)
        case is Addition:
          guard let constant = node.operands.map(builder.value(at:)).first(where: \.isConstant) else {
            return nil
          }
          let axes = constant.shape.padded(toRank: 4).indices.filter {
            constant.shape.padded(toRank: 4)[$0] > 1
          }
          guard axes == [1] || axes == [3] else { return nil }
          (numbers, axis) = (constant, axes[0])
        default: return nil
        }
        let places = [1, 2, 3].filter { $0 != axis }.map { node.shape[$0] }
        guard places.contains(where: { $0 > 1 }) else { return nil }
        return Bias(output: builder.value(at: index), numbers: numbers, channelAxis: axis)
      }
    }
  }

  static let entry = MethodEntry(
    "fullgrad", "what the input and the biases of all layers contribute, scaled channel by channel"
  ) { _ in Method(FullGrad()) }
}

extension Value {
  /// The sum over the channels of batch×channels×height×width of magnitudes, each channel scaled to 0…1.
  fileprivate func scaledMagnitudes() -> Value {
    let size = magnitude()
    let shifted = size - size.smallest([2, 3])
    return (shifted / (shifted.largest([2, 3]) + 1e-7)).sum([1])
  }
}
