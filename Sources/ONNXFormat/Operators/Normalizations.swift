import SaliencyCore

extension OperatorTable {
  static let normalizations: [OperatorDefinition] = [
    .init("BatchNormalization", operands: 5...5, trace: .statistics, import: batchNormalization),
    .init("InstanceNormalization", operands: 3...3) { node throws(ImportFailure) in
      let input = try node.value(0)
      let epsilon = try node.number("epsilon", default: 1e-5)
      guard input.shape.count >= 3 else {
        throw .invalid("an input of \(input.shape.text) has no spatial axes")
      }
      let normalized = input.standardised(over: Array(2..<input.shape.count), epsilon: epsilon)
      return [.computed(try channelwise(normalized, scale: node.value(1), shift: node.value(2)))]
    },
    .init("GroupNormalization", since: 18, operands: 3...3) { node throws(ImportFailure) in
      let input = try node.value(0)
      let shape = input.shape
      let groups = try node.integer("num_groups", default: 1)
      guard shape.count >= 2, groups >= 1, shape[1] % groups == 0 else {
        throw .invalid("\(groups) groups do not divide the channels of \(shape.text)")
      }
      let grouped = input.reshaped(to: [shape[0], groups, shape[1] / groups] + shape[2...])
      let normalized = grouped.standardised(
        over: Array(2..<shape.count + 1), epsilon: try node.number("epsilon", default: 1e-5))
      var (scale, shift) = (try node.value(1), try node.value(2))
      if node.operatorSetVersion < 21 {
        // Before set 21 there was one scale a group, not one a channel.
        let perChannel = [groups, shape[1] / groups]
        scale = scale.reshaped(to: [groups, 1]).broadcast(to: perChannel).reshaped(to: [shape[1]])
        shift = shift.reshaped(to: [groups, 1]).broadcast(to: perChannel).reshaped(to: [shape[1]])
      }
      return [.computed(try channelwise(normalized.reshaped(to: shape), scale: scale, shift: shift))]
    },
    .init("LayerNormalization", since: 17, operands: 2...3) { node throws(ImportFailure) in
      let input = try node.value(0)
      let axis = try node.axis(default: -1, of: input.shape)
      let axes = Array(axis..<input.shape.count)
      let epsilon = try node.number("epsilon", default: 1e-5)
      var result = input.standardised(over: axes, epsilon: epsilon)
      result = result * (try node.value(1))
      if node.has(2) { result = result + (try node.value(2)) }
      guard node.resultCount > 1 else { return [.computed(result)] }
      let mean = input.mean(axes)
      let centered = input - mean
      let standardDeviation = ((centered * centered).mean(axes) + epsilon).power(-0.5)
      return [.computed(result), .computed(mean, .float32), .computed(standardDeviation, .float32)]
    },
    .init("RMSNormalization", since: 23, operands: 2...2) { node throws(ImportFailure) in
      let input = try node.value(0)
      let axis = try node.axis(default: -1, of: input.shape)
      let square = (input * input).mean(Array(axis..<input.shape.count))
      let epsilon = try node.number("epsilon", default: 1e-5)
      return [.computed(input / (square + epsilon).applying(SquareRoot()) * (try node.value(1)))]
    },
    .init("MeanVarianceNormalization", since: 9, operands: 1...1) { node throws(ImportFailure) in
      let input = try node.value(0)
      let axes = try node.resolve(try node.integers("axes") ?? [0, 2, 3], in: input.shape)
      let centered = input - input.mean(axes)
      return [.computed(centered / ((centered * centered).mean(axes).applying(SquareRoot()) + 1e-9))]
    },
    .init("LpNormalization", operands: 1...1) { node throws(ImportFailure) in
      let input = try node.value(0)
      let axis = try node.axis(default: -1, of: input.shape)
      let norm: Value
      switch try node.integer("p", default: 2) {
      case 1: norm = input.magnitude().sum([axis])
      case 2: norm = (input * input).sum([axis]).applying(SquareRoot())
      case let p: throw .invalid("p has to be 1 or 2, not \(p)")
      }
      // Where all is 0 the result is, too.
      let zero = node.builder.constant(Tensor(0))
      let isZero = norm.applying(Comparison(.equal), zero)
      return [.computed(input / (isZero.applying(Selection(), node.builder.constant(Tensor(1)), norm)))]
    },
    .init("LRN", operands: 1...1) { node throws(ImportFailure) in
      let input = try node.value(0)
      let shape = input.shape
      guard shape.count >= 3, let size = try node.integer("size"), 1...(1 << 20) ~= size else {
        throw .invalid("an input of \(shape.text) or its 'size' does not fit local response normalization")
      }
      // The mean over neighboring channels is an average pooling along them; ONNX divides by the size as well.
      let before = (size - 1) / 2
      let geometry = WindowGeometry(
        strides: [1, 1], dilations: [1, 1], paddingBefore: [before, 0], paddingAfter: [size - 1 - before, 0])
      let mean = (input * input).reshaped(to: [shape[0], 1, shape[1], shape[2...].reduce(1, *)])
        .applying(
          AveragePooling(PoolingWindow(kernel: [size, 1], geometry: geometry), includesPadding: true)
        )
        .reshaped(to: shape)
      let scale = mean * (try node.number("alpha", default: 1e-4)) + (try node.number("bias", default: 1))
      return [.computed(input * scale.power(-(try node.number("beta", default: 0.75))))]
    },
  ]

  /// Scale and shift of the statistics, worked out in double precision, so that a convolution before can take them in.
  private static let batchNormalization: OperatorImport = { node throws(ImportFailure) in
    let input = try node.value(0)
    guard input.shape.count >= 2 else { throw .invalid("an input of \(input.shape.text) has no channels") }
    let isTraining = try node.flag("training_mode")
    // Until set 13 a network was in training mode if it asked for the statistics.
    if node.operatorSetVersion < 14, node.resultCount > 1 {
      throw .unsupported("the model was exported with training_mode on; export it in evaluation mode")
    }
    if isTraining
      || (1...4).contains(where: { node.inputs.indices.contains($0) && node.inputs[$0]?.numbers == nil })
    {
      return try computedBatchNormalization(node, input, isTraining: isTraining)
    }
    let channels = input.shape[1]
    let epsilon = Double(try node.number("epsilon", default: 1e-5))
    var parameters: [[Double]] = []
    for (index, role) in ["", "the scale", "the bias", "the mean", "the variance"].enumerated().dropFirst() {
      let numbers = try node.numbers(index, role)
      guard numbers.values.count == channels else {
        throw ImportFailure(
          .shapeMismatch, "\(role) has \(numbers.values.count) elements for \(channels) channels")
      }
      parameters.append(numbers.values)
    }
    let scale = zip(parameters[0], parameters[3]).map { $0 / ($1 + epsilon).squareRoot() }
    let shift = zip(zip(parameters[1], parameters[2]), scale).map { $0.0 - $0.1 * $1 }
    let shape = [channels] + [Int](repeating: 1, count: input.shape.count - 2)
    let scaled = input * node.builder.constant(Tensor(shape: shape, values: scale.map { Float($0) }))
    return [.computed(scaled + node.builder.constant(Tensor(shape: shape, values: shift.map { Float($0) })))]
  }

  /// With statistics that are computed, those of the batch itself in training.
  private static func computedBatchNormalization(
    _ node: NodeImport, _ input: Value, isTraining: Bool
  ) throws(ImportFailure) -> [ImportedValue] {
    let channels = input.shape[1]
    let shape = [channels] + [Int](repeating: 1, count: input.shape.count - 2)
    var parameters: [Value] = []
    for index in 1...4 {
      let value = try node.value(index)
      guard value.shape.elementCount == channels else {
        throw ImportFailure(.shapeMismatch, "\(value.shape.text) does not fit \(channels) channels")
      }
      parameters.append(value.reshaped(to: shape))
    }
    var (mean, variance) = (parameters[2], parameters[3])
    var results: [ImportedValue] = []
    if isTraining {
      let axes = [0] + Array(2..<input.shape.count)
      let own = input.mean(axes)
      let spread = ((input - own) * (input - own)).mean(axes)
      let momentum = try node.number("momentum", default: 0.9)
      for (running, current) in [(mean, own), (variance, spread)] {
        let next = running * momentum + current.reshaped(to: shape) * (1 - momentum)
        results.append(.computed(next.reshaped(to: [channels])))
      }
      (mean, variance) = (own, spread)
    }
    let standardDeviation = (variance + (try node.number("epsilon", default: 1e-5))).applying(SquareRoot())
    return [.computed((input - mean) / standardDeviation * parameters[0] + parameters[1])] + results
  }

  private static func channelwise(_ input: Value, scale: Value, shift: Value) throws(ImportFailure) -> Value {
    let shape = [scale.shape.elementCount] + [Int](repeating: 1, count: input.shape.count - 2)
    return input * scale.reshaped(to: shape) + shift.reshaped(to: shape)
  }
}
