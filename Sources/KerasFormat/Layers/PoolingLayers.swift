import SaliencyCore

extension LayerTable {
  static let poolings: [String: LayerKind] = {
    var kinds: [String: LayerKind] = [:]
    for rank in 1...3 {
      kinds["MaxPooling\(rank)D"] = pooling(rank: rank) { MaximumPooling($0) }
      kinds["AveragePooling\(rank)D"] = pooling(rank: rank) { AveragePooling($0, includesPadding: false) }
      kinds["GlobalAveragePooling\(rank)D"] = global(rank: rank) { input in
        input.mean(Array(2..<input.shape.count))
      }
      kinds["GlobalMaxPooling\(rank)D"] = global(rank: rank) { input in
        let window = PoolingWindow(
          kernel: Array(input.shape[2...]), geometry: .unit(rank: input.shape.count - 2))
        return input.applying(MaximumPooling(window))
      }
      kinds["AdaptiveAveragePooling\(rank)D"] = adaptive(rank: rank, mean)
      kinds["AdaptiveMaxPooling\(rank)D"] = adaptive(rank: rank) { value, axis, windows in
        let parts = windows.map {
          value.sliced(axis: axis, from: $0.lowerBound, count: $0.count).extreme(
            over: [axis], isMaximum: true)
        }
        return parts.count == 1 ? parts[0] : value.builder.append(Concatenation(axis: axis), parts)
      }
    }
    return kinds
  }()

  private static func pooling(
    rank: Int, _ operation: @escaping @Sendable (PoolingWindow) -> any Operation
  ) -> LayerKind {
    .function { layer throws(LayerFailure) in
      let input = try layer.channelsFirst(rank: rank)
      let window = try LayerWindow(
        layer, kernel: "pool_size", extents: Array(input.shape[2...]), stridesFollowKernel: true)
      return layer.restored(
        input.applying(operation(PoolingWindow(kernel: window.kernel, geometry: window.geometry))))
    }
  }

  private static func global(rank: Int, _ pool: @escaping @Sendable (Value) -> Value) -> LayerKind {
    LayerKind { layer throws(LayerFailure) in
      let input = try layer.channelsFirst(rank: rank)
      var pooled = pool(input)
      if rank == 1, let mask = layer.inputs[0].mask, layer.configuration.className == "GlobalAveragePooling1D"
      {
        // The mean over the time steps that count.
        let weights = mask.reshaped(to: [mask.shape[0], 1, mask.shape[1]])
        pooled = (input * weights).sum([2]) / weights.sum([2])
      }
      if try layer.settings.flag("keepdims", default: false) { return [LayerValue(layer.restored(pooled))] }
      return [LayerValue(pooled.reshaped(to: Shape(pooled.shape.prefix(2))))]
    }
  }

  /// Windows of almost equal size that cover the input, one axis after another.
  private static func adaptive(
    rank: Int, _ pool: @escaping @Sendable (Value, _ axis: Int, _ windows: [Range<Int>]) -> Value
  ) -> LayerKind {
    .function { layer throws(LayerFailure) in
      var value = try layer.channelsFirst(rank: rank)
      let sizes = try layer.settings.integers("output_size", count: rank)
      for (position, size) in sizes.enumerated() {
        guard value.shape.count == rank + 2 else { return value }
        let extent = value.shape[position + 2]
        guard 1...1_024 ~= size, extent <= 1 << 12 else {
          throw .unsupported("pooling \(extent) elements to \(size) is not supported")
        }
        let windows = (0..<size).map { row in
          row * extent / size..<((row + 1) * extent + size - 1) / size
        }
        value = pool(value, position + 2, windows)
      }
      return layer.restored(value)
    }
  }

  /// The means of windows, as a product with a matrix.
  private static func mean(_ value: Value, axis: Int, windows: [Range<Int>]) -> Value {
    let extent = value.shape[axis]
    var matrix = [Float](repeating: 0, count: windows.count * extent)
    for (row, window) in windows.enumerated() {
      for column in window { matrix[row * extent + column] = 1 / Float(window.count) }
    }
    return value.multiplied(along: axis, by: Tensor(shape: [windows.count, extent], values: matrix))
  }
}
