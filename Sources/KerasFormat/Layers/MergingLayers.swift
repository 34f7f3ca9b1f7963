import FileAccess
import SaliencyCore

extension LayerTable {
  static let merging: [String: LayerKind] = [
    "Add": merged { a, b in a + b },
    "Multiply": merged { a, b in a * b },
    "Subtract": merged { a, b in a - b },
    "Maximum": merged { a, b in a.applying(SaliencyCore.Maximum(), b) },
    "Minimum": merged { a, b in a.applying(SaliencyCore.Minimum(), b) },
    "Average": LayerKind { layer throws(LayerFailure) in
      let sum = try joined(layer) { $0 + $1 }
      return [LayerValue(sum.value / Float(layer.inputs.count), mask: sum.mask)]
    },
    "Concatenate": LayerKind { layer throws(LayerFailure) in
      let first = try layer.input()
      let axis = try layer.axis("axis", default: -1, of: first.shape)
      let values = layer.inputs.map(\.value)
      let masks = layer.inputs.compactMap(\.mask)
      guard masks.isEmpty || axis == first.shape.count - 1 else {
        throw .unsupported("masks of tensors that are joined along axis \(axis) are not supported")
      }
      let joined = values.count == 1 ? first : layer.builder.append(Concatenation(axis: axis), values)
      // A time step counts where it counts in all of them.
      return [LayerValue(joined, mask: masks.first.map { masks.dropFirst().reduce($0, *) })]
    },
    "Dot": .function { layer throws(LayerFailure) in
      let (left, right) = (try layer.input(0), try layer.input(1))
      let axes = try layer.settings.integers("axes", count: 2)
      guard let leftAxis = left.shape.resolved(axis: axes[0]),
        let rightAxis = right.shape.resolved(axis: axes[1]),
        leftAxis > 0, rightAxis > 0, left.shape[leftAxis] == right.shape[rightAxis],
        left.shape[0] == right.shape[0]
      else {
        throw LayerFailure(
          .shapeMismatch,
          "tensors of \(left.shape.text) and \(right.shape.text) have no dot product over axes \(axes)")
      }
      let isNormalized = try layer.settings.flag("normalize", default: false)
      func matrix(_ value: Value, _ axis: Int) -> (value: Value, rest: Shape) {
        let value = isNormalized ? value.normalized(over: [axis], floor: 1e-12) : value
        let others = value.shape.indices.dropFirst().filter { $0 != axis }
        let rest = others.map { value.shape[$0] }
        return (
          value.transposed([0] + others + [axis]).reshaped(
            to: [value.shape[0], rest.reduce(1, *), value.shape[axis]]), rest
        )
      }
      let (a, b) = (matrix(left, leftAxis), matrix(right, rightAxis))
      let product = a.value.applying(MatrixProduct(transposesRight: true), b.value)
      let rest = a.rest + b.rest
      return product.reshaped(to: [left.shape[0]] + (rest.isEmpty ? [1] : rest))
    },
  ]

  private static func merged(_ join: @escaping @Sendable (Value, Value) -> Value) -> LayerKind {
    LayerKind { layer throws(LayerFailure) in [try joined(layer, join)] }
  }

  /// The inputs joined two by two; a time step counts where it counts in all of them.
  private static func joined(
    _ layer: LayerImport, _ join: (Value, Value) -> Value
  ) throws(LayerFailure) -> LayerValue {
    _ = try layer.input()
    let inputs = layer.inputs
    let rank = inputs.map(\.value.shape.count).max() ?? 0
    // As in Keras, missing axes come after the batch.
    let values = inputs.map { input in
      let shape = input.value.shape
      guard shape.count < rank, let batch = shape.first else { return input.value }
      return input.value.reshaped(
        to: [batch] + [Int](repeating: 1, count: rank - shape.count) + shape.dropFirst())
    }
    let masks = inputs.compactMap(\.mask)
    let mask = masks.count == inputs.count ? masks.dropFirst().reduce(masks[0], *) : nil
    return LayerValue(values.dropFirst().reduce(values[0], join), mask: mask)
  }
}
