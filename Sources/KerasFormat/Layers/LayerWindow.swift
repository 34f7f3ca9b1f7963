import SaliencyCore

/// A sliding window as Keras's convolutions and poolings describe it.
struct LayerWindow {
  let kernel: [Int]
  let geometry: WindowGeometry

  /// Reads kernel, strides, dilations and padding for an input of the spatial `extents`.
  ///
  /// - Parameters:
  ///   - key: the setting with the extents of the window.
  ///   - stridesFollowKernel: whether windows touch where no strides are given, as in poolings.
  init(
    _ layer: LayerImport, kernel key: String, extents: [Int], stridesFollowKernel: Bool = false
  ) throws(LayerFailure) {
    let settings = layer.settings
    let rank = extents.count
    kernel = try settings.integers(key, count: rank, default: stridesFollowKernel ? 2 : nil)
    let strides =
      settings["strides"] == nil && stridesFollowKernel
      ? kernel : try settings.integers("strides", count: rank, default: 1)
    let dilations = try settings.integers("dilation_rate", count: rank, default: 1)
    let limit = 1...(1 << 20)
    guard (kernel + strides + dilations).allSatisfy({ limit ~= $0 }) else {
      throw .invalid("kernel, strides and dilations have to lie in 1...\(limit.upperBound)")
    }
    var before = [Int](repeating: 0, count: rank)
    var after = before
    switch try settings.text("padding", default: "valid") {
    case "valid": break
    case "same":
      for axis in 0..<rank {
        let span = (kernel[axis] - 1) * dilations[axis] + 1
        let count = (extents[axis] + strides[axis] - 1) / strides[axis]
        let total = max(0, (count - 1) * strides[axis] + span - extents[axis])
        before[axis] = total / 2
        after[axis] = total - total / 2
      }
    case "causal":
      guard rank == 1 else { throw .invalid("padding 'causal' is for one spatial axis") }
      before[0] = (kernel[0] - 1) * dilations[0]
    case let mode: throw .invalid("padding '\(mode.printable())' does not exist")
    }
    geometry = WindowGeometry(
      strides: strides, dilations: dilations, paddingBefore: before, paddingAfter: after)
  }
}
