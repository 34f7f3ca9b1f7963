public import SaliencyCore

/// A way to attribute an output to parts of an input.
///
/// A method is a value with its parameters; an ``Explainer`` compiles and runs it. There are two kinds: a ``GraphMethod`` is a formula
/// that becomes part of one compiled graph, and a ``SamplingMethod`` runs the network on many inputs.
public protocol AttributionMethod: Sendable {
  /// What the method is called in reports.
  var name: String { get }
  /// The modifier that is applied where none is asked for.
  var defaultModifier: GradientModifier { get }
  /// What the method promises about its values, which reports and checks hold it to; without any modifier.
  var guarantee: AttributionGuarantee { get }
  /// The values of the method's parameters, so that reports can say them and the same can be made again.
  var options: [MethodOption] { get }
  /// Whether the values are per unit of the input, as derivatives are, and not shares of the score.
  var isPerUnit: Bool { get }
  /// Whether the method can be asked of several inputs together, which it gets as one tensor of items×elements.
  var takesSeveralInputs: Bool { get }
}

extension AttributionMethod {
  /// The attribution as it is.
  public var defaultModifier: GradientModifier { .none }
  /// None, as of methods without parameters.
  public var options: [MethodOption] { [] }
  /// Nothing.
  public var guarantee: AttributionGuarantee { .nothing }
  /// No.
  public var takesSeveralInputs: Bool { false }
  /// Whether the values are promised to be a derivative.
  public var isPerUnit: Bool {
    if case .derivative = guarantee { true } else { false }
  }
}

/// A method that is one formula over the values of a graph.
public protocol GraphMethod: AttributionMethod {
  /// Appends the formula to the graph.
  ///
  /// - Returns: the attribution: of the shape of ``MethodContext/attributionTarget``, or of that shape with one channel.
  func attribution(_ context: MethodContext) throws -> Value
}

/// A method that runs the network on many inputs, such as noisy copies of one or points on a path.
public protocol SamplingMethod: AttributionMethod {
  /// What is computed at each of the inputs; nil where scores alone are needed, so that no backward pass is compiled.
  var sampled: (any GraphMethod)? { get }
  /// What the samples are, and in which order they run.
  var samplingForm: SamplingForm { get }
  /// The layers whose activations at the input the method reads as ``NetworkSampler/activations``.
  ///
  /// - Parameter context: the network and what is explained; nothing is appended to its graph.
  func activationLayers(_ context: MethodContext) throws -> [ActivationLayer]
  /// What it means where the attribution is zero everywhere.
  var zeroReason: ZeroReason { get }
  /// The attribution of one input.
  ///
  /// - Parameters:
  ///   - input: one item, with a batch of 1 where the network has a batch.
  ///   - network: the network with its question, to be run on as many inputs as the method likes.
  /// - Returns: the attribution, of the shape of what it is for with a batch of 1, or of that shape with one channel.
  func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor
}

extension SamplingMethod {
  /// The gradient.
  public var sampled: (any GraphMethod)? { Gradient() }
  /// Inputs, some at a time; the method cannot be asked with respect to a layer.
  public var samplingForm: SamplingForm { SamplingForm() }
  /// None.
  public func activationLayers(_ context: MethodContext) throws -> [ActivationLayer] { [] }
  /// That no sample changed the score, or where derivatives are taken that none of them has any.
  public var zeroReason: ZeroReason {
    guard sampled != nil else { return .samples }
    return .noSlopes(hasBaseline: options.contains { $0.name == "baseline" })
  }
}
