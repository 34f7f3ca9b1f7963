/// How a model has the items of its input, and how they are brought to the front: everything that runs the network has an input whose first axis
/// is that of the items, with one item where the model has none.
public struct InputArrangement: Sendable, Hashable {
  /// The axis along which the model has items; nil where its input is one item.
  public let itemAxis: Int?

  /// The arrangement of an input whose items lie along an axis; nil where it is one item.
  public init(itemAxis: Int?) { self.itemAxis = itemAxis }

  /// Whether the model has its items in front.
  public var isIdentity: Bool { itemAxis == 0 }

  /// The number of items of an input as the model has it.
  public func itemCount(of shape: Shape) -> Int { itemAxis.map { shape[$0] } ?? 1 }

  /// A shape as the model has it, with the items in front.
  public func arranged(_ shape: Shape) -> Shape {
    guard let itemAxis else { return [1] + shape }
    var shape = shape
    shape.insert(shape.remove(at: itemAxis), at: 0)
    return shape
  }

  /// A shape with the items in front, as the model has it.
  ///
  /// - Throws: `GraphError` where there are several items, and the model has no axis for them.
  public func original(_ shape: Shape) throws(GraphError) -> Shape {
    guard let itemAxis else {
      guard shape.first == 1 else {
        throw GraphError(
          .inputMismatch,
          "an input of \(shape.text) has \(shape.first ?? 0) items, and the model takes one at a time")
      }
      return Shape(shape.dropFirst())
    }
    var shape = shape
    shape.insert(shape.remove(at: 0), at: itemAxis)
    return shape
  }

  /// The axis of a tensor with the items in front, for one as the model has it; nil for the axis that was added.
  public func originalAxis(_ axis: Int) -> Int? {
    guard let itemAxis else { return axis == 0 ? nil : axis - 1 }
    return axis == 0 ? itemAxis : axis <= itemAxis ? axis - 1 : axis
  }

  /// The axis of a tensor as the model has it, for one with the items in front.
  public func arrangedAxis(_ axis: Int) -> Int {
    guard let itemAxis else { return axis + 1 }
    return axis == itemAxis ? 0 : axis < itemAxis ? axis + 1 : axis
  }

  /// What makes an input as the model has it, of a shape, of one with the items in front.
  func restoring(_ shape: Shape) -> any Operation {
    guard itemAxis != nil else { return Reshape(shape: shape) }
    return Transpose(permutation: shape.indices.map(arrangedAxis))
  }

  /// A tensor as the model has it, with the items in front.
  public func arranged(_ tensor: Tensor) -> Tensor {
    guard let itemAxis else { return Tensor(shape: [1] + tensor.shape, values: tensor.values) }
    let axes = [itemAxis] + (0..<tensor.shape.count).filter { $0 != itemAxis }
    return isIdentity ? tensor : tensor.transposed(axes)
  }

  /// A tensor with the items in front, as the model has it.
  public func original(_ tensor: Tensor) -> Tensor {
    guard itemAxis != nil else {
      return Tensor(shape: Shape(tensor.shape.dropFirst()), values: tensor.values)
    }
    return isIdentity ? tensor : tensor.transposed(tensor.shape.indices.map(arrangedAxis))
  }
}

extension Tensor {
  /// The axes in another order: axis `i` of the result is axis `permutation[i]` of this tensor.
  package func transposed(_ permutation: [Int]) -> Tensor {
    let strides = shape.indices.map { axis in shape[(axis + 1)...].reduce(1, *) }
    let result = permutation.map { shape[$0] }
    let steps = permutation.map { strides[$0] }
    let numbers = values
    var index = [Int](repeating: 0, count: result.count)
    var source = 0
    let count = result.reduce(1, *)
    let moved = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for position in 0..<count {
        buffer[position] = numbers[source]
        for axis in result.indices.reversed() {
          index[axis] += 1
          source += steps[axis]
          if index[axis] < result[axis] { break }
          source -= steps[axis] * result[axis]
          index[axis] = 0
        }
      }
      initialized = count
    }
    return Tensor(shape: result, values: moved)
  }
}
