public import SaliencyCore

/// A weighted sum z = Σᵢ xᵢ wᵢ + b of a network: a convolution, its transpose, or a product with a matrix of weights.
///
/// Scales and shifts by channel directly before and behind it, such as batch normalization, are a part of it: they are in its weights and bias, and its
/// input and output are those of the whole.
public struct WeightedSum {
  /// Some of the terms of a sum, by their sign.
  public enum Terms: Sendable {
    /// All terms.
    case all
    /// The terms xᵢ wᵢ above 0, and the bias where it is.
    case positive
    /// The terms xᵢ wᵢ below 0, and the bias where it is.
    case negative
  }

  /// The layer.
  public let layer: RelevanceComposite.Layer
  /// What is summed, x; the axes are those of the operation, so channels are the second axis for convolutions.
  public let input: Value
  /// The weights, in the form of the operation's kernel or matrix.
  public let weights: Value
  /// What is added, broadcast to the output; nil where there is nothing.
  public let bias: Value?
  /// The sum as the network computes it, z.
  public let output: Value

  private let context: GradientContext
  private let operation: any Operation
  private let positions: (input: Int, weights: Int)
  /// Whether the input is known to have nothing below 0.
  private let isInputPositive: Bool
  /// Whether the output is the sum of the terms, as no bias is left out.
  private let isOutputTotal: Bool

  init(_ site: WeightedSumSite, _ operation: any Operation, _ context: GradientContext, keepsBias: Bool) {
    let builder = context.output.builder
    layer = site.layer
    input = builder.value(at: site.input)
    weights = builder.value(at: site.weights)
    bias = keepsBias ? site.bias.map(builder.value(at:)) : nil
    isOutputTotal = keepsBias || site.bias == nil
    output = builder.value(at: site.output)
    positions = (site.inputPosition, 1 - site.inputPosition)
    isInputPositive = site.isInputPositive
    (self.operation, self.context) = (operation, context)
  }

  /// The same kind of sum of other numbers with other weights, without a bias: Σᵢ xᵢ wᵢ.
  public func sum(of input: Value, weights: Value) -> Value {
    input.builder.append(operation, positions.input == 0 ? [input, weights] : [weights, input])
  }

  /// What each element of the input gets of a number for each result, by weights: Σⱼ wᵢⱼ sⱼ.
  public func handedBack(_ shares: Value, through weights: Value) -> Value {
    var inputs = Array(context.inputs.prefix(2))
    inputs[positions.weights] = weights
    do throws(GraphError) {
      let gradients = try operation.gradients(
        context.replacing(inputs: inputs, output: context.output, gradient: shares))
      guard let gradient = gradients[positions.input] else { return input }
      return gradient.summed(to: input.shape)
    } catch {
      input.builder.fail(error, node: layer.name, operation: operation.name)
      return input
    }
  }

  /// The sum of some of the terms, with the bias where it is one of them.
  public func part(_ terms: Terms) -> Value {
    if case .all = terms, isOutputTotal { return output }
    let sums = products(terms).map { sum(of: $0.input, weights: $0.weights) }
    let total = sums.dropFirst().reduce(sums[0], +)
    return bias.map { total + $0.terms(terms) } ?? total
  }

  /// What each element of the input gets of a share for each result, by its terms: Σⱼ xᵢ wᵢⱼ sⱼ over the terms of that sign.
  public func contributions(_ terms: Terms, to shares: Value) -> Value {
    let parts = products(terms).map { $0.input * handedBack(shares, through: $0.weights) }
    return parts.dropFirst().reduce(parts[0], +)
  }

  /// The inputs and weights whose products are the terms.
  private func products(_ terms: Terms) -> [(input: Value, weights: Value)] {
    switch terms {
    case .all: [(input, weights)]
    case _ where isInputPositive: [(input, weights.terms(terms))]
    case .positive:
      [(input.rectified(), weights.terms(.positive)), (input.minimum(0), weights.terms(.negative))]
    case .negative:
      [(input.rectified(), weights.terms(.negative)), (input.minimum(0), weights.terms(.positive))]
    }
  }
}

extension Value {
  /// What is of a sign, and 0 elsewhere.
  func terms(_ terms: WeightedSum.Terms) -> Value {
    switch terms {
    case .all: self
    case .positive: rectified()
    case .negative: minimum(0)
    }
  }
}
