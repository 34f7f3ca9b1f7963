import OneDNN
import SaliencyCore

extension OperatorTable {
  static let poolings: [String: OperatorImport] = [
    "MaxPool": { node throws(ImportFailure) in
      let input = try node.value(0)
      return [.computed(input.applying(MaximumPooling(try window(node, input.shape))))]
    },
    "AveragePool": { node throws(ImportFailure) in
      var input = try node.value(0)
      var window = try window(node, input.shape)
      let includesPadding = try node.flag("count_include_pad")
      guard includesPadding, try node.flag("ceil_mode") else {
        return [.computed(input.applying(AveragePooling(window, includesPadding: includesPadding)))]
      }
      // What rounding up adds behind the padding does not count: the padding is made explicit, the rest excluded.
      let exact = try WindowAttributes(node, kernel: window.kernel, extents: Array(input.shape[2...]))
        .geometry
      input = input.applying(
        Padding(before: [0, 0] + exact.paddingBefore, after: [0, 0] + exact.paddingAfter))
      var geometry = window.geometry
      geometry.paddingAfter = zip(geometry.paddingAfter, exact.paddingAfter).map { $0 - $1 }
      geometry.paddingBefore = geometry.paddingBefore.map { _ in 0 }
      window = PoolingWindow(kernel: window.kernel, geometry: geometry)
      return [.computed(input.applying(AveragePooling(window, includesPadding: false)))]
    },
    "GlobalAveragePool": { node throws(ImportFailure) in
      let input = try spatialInput(node)
      return [.computed(input.mean(Array(2..<input.shape.count)))]
    },
    "GlobalMaxPool": { node throws(ImportFailure) in
      let input = try spatialInput(node)
      let extents = Array(input.shape[2...])
      let zeros = extents.map { _ in 0 }
      let ones = extents.map { _ in 1 }
      let geometry = WindowGeometry(strides: ones, dilations: ones, paddingBefore: zeros, paddingAfter: zeros)
      return [.computed(input.applying(MaximumPooling(PoolingWindow(kernel: extents, geometry: geometry))))]
    },
  ]

  private static func spatialInput(_ node: NodeImport) throws(ImportFailure) -> Value {
    let input = try node.value(0)
    guard (3...5).contains(input.shape.count) else {
      throw ImportFailure(.shapeMismatch, "an input of \(input.shape.text) has no 1 to 3 spatial axes")
    }
    return input
  }

  private static func window(_ node: NodeImport, _ input: Shape) throws(ImportFailure) -> PoolingWindow {
    guard (3...5).contains(input.count) else {
      throw ImportFailure(.shapeMismatch, "an input of \(input.text) has no 1 to 3 spatial axes")
    }
    guard let kernel = try node.integers("kernel_shape") else {
      throw .invalid("attribute 'kernel_shape' is missing")
    }
    let window = try WindowAttributes(
      node, kernel: kernel, extents: Array(input[2...]),
      roundsUp: try node.flag("ceil_mode"))
    return PoolingWindow(kernel: window.kernel, geometry: window.geometry)
  }
}
