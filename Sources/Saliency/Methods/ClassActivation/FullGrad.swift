public import SaliencyCore

/// FullGrad: what the input and each bias contribute, ψ(∂f/∂x · x) + Σ ψ(∂f/∂z · b) over the channels of all layers with biases b and results
/// z (Srinivas and Fleuret, "Full-Gradient Representation for Neural Network Visualization", 2019).
///
/// ψ takes magnitudes, scales them to 0…1 in each channel and stretches them to the input's places. Biases are those of convolutions and of batch
/// normalizations, whose constant part is one; biases of what has no place in the input are left out. Without ψ the terms, with those of dense
/// layers, add up to the score of a network of rectifiers. The result has one channel.
public struct FullGrad: GraphMethod {
  public let name = "fullgrad"

  /// The method; it has no parameters.
  public init() {}

  public var defaultModifier: GradientModifier { .relu }

  public func attribution(_ context: MethodContext) throws -> Value {
    let biases = Bias.all(in: context, try context.placeGeometry())
    let gradients = try context.gradients(withRespectTo: [context.input] + biases.map(\.output))
    var total = context.arrangedByPlaces(gradients[0] * context.input).scaledMagnitudes()
    var bySize: [(size: Shape, sum: Value)] = []
    for (bias, gradient) in zip(biases, gradients.dropFirst()) {
      let term = bias.grid.planes(of: gradient * bias.numbers).scaledMagnitudes()
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

  /// A constant that is added to each channel of something that lies over the input.
  private struct Bias {
    /// What the layer gives.
    let output: Value
    /// The constant, of a shape that can be multiplied with the output's gradient.
    let numbers: Value
    let grid: ActivationGrid

    static func all(in context: MethodContext, _ geometry: PlaceGeometry) -> [Bias] {
      let path = context.explained.path(from: context.input)
      let builder = context.builder
      return context.network.graph.nodes.enumerated().compactMap { index, node in
        guard path.contains(index) else { return nil }
        let rank = node.shape.count
        let numbers: Value
        let axis: Int
        switch node.operation {
        case is Convolution where node.operands.count == 3:
          let shape = node.shape.indices.map { $0 == 1 ? node.shape[1] : 1 }
          (numbers, axis) = (builder.value(at: node.operands[2]).reshaped(to: shape), 1)
        case is Addition:
          guard let constant = node.operands.map(builder.value(at:)).first(where: \.isConstant),
            constant.shape.count <= rank
          else { return nil }
          let padded = constant.shape.padded(toRank: rank)
          let axes = padded.indices.filter { padded[$0] > 1 }
          guard axes.count == 1 else { return nil }
          (numbers, axis) = (constant, axes[0])
        default: return nil
        }
        guard let grid = geometry.grid(ofNode: index), grid.isPlain,
          grid.channelAxis == axis || node.shape[axis] == 1
        else { return nil }
        return Bias(output: builder.value(at: index), numbers: numbers, grid: grid)
      }
    }
  }

  static let entry = MethodEntry(
    "fullgrad", "what the input and the biases of all layers contribute, scaled channel by channel"
  ) { _ in Method(FullGrad()) }
}

extension Value {
  /// The sum over the channels of batch×channels×cells of magnitudes, each channel scaled to 0…1.
  fileprivate func scaledMagnitudes() -> Value {
    let cells = Array(2..<shape.count)
    let size = magnitude()
    let shifted = size - size.smallest(cells)
    return (shifted / (shifted.largest(cells) + 1e-7)).sum([1])
  }
}
