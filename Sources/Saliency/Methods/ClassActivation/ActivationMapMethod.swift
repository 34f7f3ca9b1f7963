public import SaliencyCore

/// A method of the CAM family that is a formula: a map of what layers that lie over the input found, stretched to the input.
///
/// Such layers have axes along which the input's places lie, one, two or three, or tokens that are a grid. The result has the input's places
/// and one channel; it is what is positive of the layer's map, interpolated linearly. Of several layers the maps are scaled to 0…1, each item by
/// itself, and their mean is taken. Where no layer is named it is the last that lies over the input on the way to what is explained; where that
/// has places, the last before its head.
public protocol ActivationMapMethod: GraphMethod {
  /// The layers whose activations are looked at; found where there are none.
  var layers: [LayerReference] { get }
  /// Whether what is negative belongs to the map.
  var isSigned: Bool { get }
  /// The map of a layer, batch×1×cells, before anything negative is cut off.
  func map(of layer: ActivationPlanes) throws -> Value
}

extension ActivationMapMethod {
  public var isSigned: Bool { false }
  public var options: [MethodOption] { [.layers(layers)] }
  /// What is positive, as nothing else is left of maps without a sign.
  public var defaultModifier: GradientModifier { isSigned ? .none : .relu }

  public func attribution(_ context: MethodContext) throws -> Value {
    let maps = try context.activationLayers(layers).map { layer in
      let map = try map(of: ActivationPlanes(context, layer))
      return isSigned ? map : map.rectified()
    }
    guard maps.count > 1 else { return context.stretched(maps[0]) }
    let sum = maps.map { context.stretched($0.scaledByItem()) }
    return sum.dropFirst().reduce(sum[0], +) / Float(maps.count)
  }
}

/// A layer's activations as planes, whatever the order of its axes.
public struct ActivationPlanes {
  /// What is explained, and how.
  public let context: MethodContext
  /// The layer, and how it lies over the input.
  public let layer: ActivationLayer
  /// The layer's activations A, batch×channels×cells with an axis for each axis of the input's places, without tokens that have no place.
  public let activations: Value
  /// The axes of the activations along which cells lie.
  public var cells: [Int] { Array(2..<activations.shape.count) }

  init(_ context: MethodContext, _ layer: ActivationLayer) {
    (self.context, self.layer) = (context, layer)
    activations = layer.grid.planes(of: context.builder.value(at: layer.layer.node))
  }

  /// The layer's activation as the network has it.
  var source: Value { context.builder.value(at: layer.layer.node) }

  /// The gradient g of what is explained with respect to the activations, of their shape.
  ///
  /// - Parameter seed: the weights of the explained value's elements; those of the question where nil.
  public func gradient(seed: Value? = nil) throws -> Value {
    layer.grid.planes(of: try context.gradients(withRespectTo: [source], seed: seed)[0])
  }
}

extension Value {
  /// Each item of batch×1×cells scaled to 0…1; an item of equal numbers is 0.
  func scaledByItem() -> Value {
    let axes = Array(1..<shape.count)
    let shifted = self - smallest(axes)
    return shifted / (shifted.largest(axes) + 1e-7)
  }
}
