public import SaliencyCore

/// A differentiable function under test: its inputs and how a graph computes it.
public struct CheckedFunction: Sendable, CustomStringConvertible {
  /// An input and the range that its elements are drawn from.
  public struct Argument: Sendable {
    /// The extents.
    public var shape: Shape
    /// Where the elements are drawn from.
    public var range: ClosedRange<Float>

    /// An input of `shape` with elements in `range`.
    public init(_ shape: Shape, in range: ClosedRange<Float> = -2...2) {
      self.shape = shape
      self.range = range
    }
  }

  /// Appends the function to a graph; constants are drawn from the generator.
  public typealias Body =
    @Sendable (_ builder: GraphBuilder, _ arguments: [Value], _ generator: inout SplitMix64) -> Value

  /// What tells this function from others.
  public let description: String
  /// The inputs, all of which are differentiated with respect to.
  public let arguments: [Argument]
  /// Whether second derivatives are checked too.
  public let checksSecondDerivative: Bool
  private let body: Body

  /// A function of `arguments`.
  public init(
    _ description: String, _ arguments: [Argument], checksSecondDerivative: Bool = true, body: @escaping Body
  ) {
    self.description = description
    self.arguments = arguments
    self.checksSecondDerivative = checksSecondDerivative
    self.body = body
  }

  /// Appends the function of `arguments` to a graph under construction.
  public func append(
    to builder: GraphBuilder, _ arguments: [Value], _ generator: inout SplitMix64
  ) -> Value {
    body(builder, arguments, &generator)
  }

  /// An operation on inputs and, after them, on random constants of the shapes `constants`.
  ///
  /// With `blocked` every input of three to five axes goes through a small convolution first, whose result lies in a
  /// blocked layout.
  public static func operation(
    _ operation: any SaliencyCore.Operation, _ arguments: [Argument], constants: [Shape] = [],
    blocked: Bool = false, checksSecondDerivative: Bool = true, _ remark: String = ""
  ) -> CheckedFunction {
    let shapes = (arguments.map(\.shape) + constants).map(\.text).joined(separator: ", ")
    let name =
      [operation.name, "of", shapes, remark, blocked ? "in a blocked layout" : ""].filter { !$0.isEmpty }
      .joined(separator: " ")
    return CheckedFunction(name, arguments, checksSecondDerivative: checksSecondDerivative) {
      builder, arguments, generator in
      let inputs = arguments.map { blocked ? $0.inBlockedLayout(&generator) : $0 }
      let constants = constants.map { builder.constant(.random($0, using: &generator)) }
      return builder.append(operation, inputs + constants)
    }
  }
}

extension Value {
  /// A convolution with a kernel of one tap near the identity, all positive: the executor lays its result out in blocks.
  public func inBlockedLayout(_ generator: inout SplitMix64) -> Value {
    guard (3...5).contains(shape.count) else { return self }
    let channels = shape[1]
    let spatial = shape.count - 2
    let ones = [Int](repeating: 1, count: spatial)
    var kernel = Tensor.random(
      [channels, channels] + ones, in: 0...(0.2 / Float(channels)), using: &generator
    ).values
    for channel in 0..<channels { kernel[channel * channels + channel] += 1 }
    return applying(
      Convolution(geometry: .init(rank: spatial)),
      builder.constant(Tensor(shape: [channels, channels] + ones, values: kernel)))
  }
}
