public import SaliencyCore

/// A method of the CAM family: a map of what a layer with height and width found, stretched to the input.
///
/// The result has the input's height and width and one channel; it is what is positive of the layer's map, interpolated linearly. The
/// layer is the last one with height and width on the way to what is explained, unless it is named.
public protocol ActivationMapMethod: GraphMethod {
  /// The layer whose activations are weighed; found where nil.
  var layer: LayerReference? { get }
  /// The map of a layer, batch×1×height×width, before anything negative is cut off.
  ///
  /// - Parameters:
  ///   - activations: the layer's activations A, batch×channels×height×width.
  ///   - gradient: the gradient g of what is explained with respect to them, of the same shape.
  func map(of activations: Value, gradient: Value) -> Value
}

extension ActivationMapMethod {
  /// What is positive: nothing else is left.
  public var usualModifier: GradientModifier { .relu }

  public func attribution(_ context: MethodContext) throws -> Value {
    let planes = try ActivationPlanes(context, layer: layer)
    let gradient = try context.gradients(withRespectTo: [planes.source])[0]
    let map = map(of: planes.activations, gradient: planes.planes(of: gradient))
    return planes.stretched(map.rectified())
  }
}

/// A layer's activations as planes, whatever the order of its axes.
struct ActivationPlanes {
  /// The layer's activations as the network has them.
  let source: Value
  /// The same as batch×channels×height×width.
  let activations: Value
  private let channelAxis: Int
  /// The input's height and width, and the axis of its channels.
  private let size: [Int]
  private let inputChannelAxis: Int

  /// The planes of a layer, or of the last that has some.
  ///
  /// - Throws: `SaliencyError` where the layer or the input has no height and width, or no layer has.
  init(_ context: MethodContext, layer reference: LayerReference?) throws {
    let shape = context.source.shape
    guard shape.count == 4, let axis = context.channelAxis, context.source.index == context.input.index else {
      throw SaliencyError(
        .invalidInput,
        "class activation maps are for pictures; an input or layer of \(shape.text) has no map of its own")
    }
    (inputChannelAxis, size) = (axis, axis == 1 ? Array(shape[2...]) : Array(shape[1...2]))
    let network = context.network
    let layer: Network.Layer
    if let reference {
      layer = try network.layer(reference)
      guard network.hasPlanes(layer) else {
        throw SaliencyError(
          .invalidSetting,
          "layer '\(layer.name.printable())' gives \(layer.shape.text), which has no height and width; the last layer that has is "
            + "'\(network.lastLayerWithPlanes(before: context.explained)?.name.printable() ?? "none")'")
      }
    } else {
      guard let found = network.lastLayerWithPlanes(before: context.explained) else {
        throw SaliencyError(
          .invalidSetting,
          "no layer on the way to what is explained has a height and width; class activation maps need one")
      }
      layer = found
    }
    source = context.builder.value(at: layer.node)
    channelAxis = network.channelAxis(of: layer) ?? 1
    activations = Self.planes(of: source, channelAxis: channelAxis)
  }

  /// A value of the layer's shape as batch×channels×height×width.
  func planes(of value: Value) -> Value { Self.planes(of: value, channelAxis: channelAxis) }

  private static func planes(of value: Value, channelAxis: Int) -> Value {
    channelAxis == 1 ? value : value.transposed([0, 3, 1, 2])
  }

  /// A map of batch×1×height×width in the input's size and layout, interpolated linearly between the middles of its elements.
  func stretched(_ map: Value) -> Value {
    let rule = ResamplingRule(filter: .linear, coordinates: .halfPixel)
    var result = map
    for (axis, extent) in zip([2, 3], size) where result.shape[axis] != extent {
      let input = result.shape[axis]
      let matrix = rule.matrix(.init(input: input, output: extent, scale: Float(extent) / Float(input)))
      result = result.multiplied(along: axis, by: matrix)
    }
    return inputChannelAxis == 1 ? result : result.transposed([0, 2, 3, 1])
  }
}

extension Network {
  /// Whether a layer has more than one place in height and width.
  func hasPlanes(_ layer: Layer) -> Bool {
    guard layer.shape.count == 4, let axis = channelAxis(of: layer) else { return false }
    return (1..<4).contains { $0 != axis && layer.shape[$0] > 1 }
  }

  /// The last layer with height and width that a value is computed from; nil where there is none.
  func lastLayerWithPlanes(before value: Value) -> Layer? {
    let path = value.path(from: value.builder.value(at: inputs[0].node))
    return layers.last { path.contains($0.node) && hasPlanes($0) && $0.node != value.index }
  }

  /// The layers whose maps a method of the CAM family can take, in order.
  public var layersWithPlanes: [Layer] { layers.filter(hasPlanes) }
}
