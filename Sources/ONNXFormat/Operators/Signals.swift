import LibC
import SaliencyCore

extension OperatorTable {
  /// Fourier transforms are products with constant matrices, whose transposes are the derivatives.
  static let signals: [OperatorDefinition] = [
    .init("DFT", since: 17, operands: 1...3) { node throws(ImportFailure) in
      let input = try node.value(0)
      let shape = input.shape
      guard shape.count >= 2, let parts = shape.last, 1...2 ~= parts else {
        throw .invalid("\(shape.text) has no last axis of 1 or 2 for real and complex numbers")
      }
      var axis = try node.axis(default: node.operatorSetVersion < 20 ? 1 : shape.count - 2, of: shape)
      if node.operatorSetVersion >= 20, node.has(2) {
        guard let given = try node.integers(2, "the axis").first else {
          throw .invalid("the axis is missing")
        }
        axis = try node.resolve(given, in: shape)
      }
      guard axis < shape.count - 1 else { throw .invalid("axis \(axis) is that of real and complex numbers") }
      let (isInverse, isOneSided) = (try node.flag("inverse"), try node.flag("onesided"))
      let given = node.has(1) ? try node.integers(1, "the length").first : nil
      let length = given ?? (isInverse && isOneSided ? 2 * (shape[axis] - 1) : shape[axis])
      return [
        .computed(try input.transformed(axis, length: length, isInverse: isInverse, isOneSided: isOneSided))
      ]
    },
    .init("STFT", since: 17, operands: 2...4) { node throws(ImportFailure) in
      var input = try node.value(0)
      if input.shape.count == 2 { input = input.reshaped(to: input.shape + [1]) }
      guard input.shape.count == 3, let step = try node.integers(1, "the step").first, step >= 1 else {
        throw .invalid("a signal of \(input.shape.text) cannot be divided into frames")
      }
      let window = node.has(2) ? try node.value(2) : nil
      let given = node.has(3) ? try node.integers(3, "the frame's length").first : nil
      let size = given ?? window?.shape.first ?? input.shape[1]
      guard 1...input.shape[1] ~= size, window == nil || window?.shape == [size] else {
        throw .invalid("frames of \(size) do not fit a signal of \(input.shape.text)")
      }
      let count = (input.shape[1] - size) / step + 1
      guard count.multipliedReportingOverflow(by: size).partialValue <= 1 << 26 else {
        throw .unsupported("\(count) frames of \(size) are too many")
      }
      let places = (0..<count).flatMap { frame in (0..<size).map { Int32(frame * step + $0) } }
      var frames = input.gathered(places, along: 1)
        .reshaped(to: [input.shape[0], count, size, input.shape[2]])
      if let window { frames = frames * window.reshaped(to: [size, 1]) }
      let isOneSided = try node.flag("onesided", default: true)
      return [.computed(try frames.transformed(2, length: size, isInverse: false, isOneSided: isOneSided))]
    },
    .init("HannWindow", since: 17, operands: 1...1, fold: .window([0.5, 0.5])),
    .init("HammingWindow", since: 17, operands: 1...1, fold: .window([25.0 / 46, 21.0 / 46])),
    .init("BlackmanWindow", since: 17, operands: 1...1, fold: .window([0.42, 0.5, 0.08])),
    .init("MelWeightMatrix", since: 17, operands: 5...5, fold: .melWeights),
  ]
}

extension Value {
  /// The discrete Fourier transform along an axis; real and imaginary parts stand along the last one.
  fileprivate func transformed(
    _ axis: Int, length: Int, isInverse: Bool, isOneSided: Bool
  ) throws(ImportFailure) -> Value {
    let isComplex = shape[shape.count - 1] == 2
    let isRealResult = isInverse && isOneSided
    // The elements that take part: half of them stand for all where the result is real.
    let taken = isRealResult ? length / 2 + 1 : length
    let given = isOneSided && !isInverse || isRealResult ? length / 2 + 1 : length
    guard length >= 1, !isOneSided || isInverse || !isComplex,
      length.multipliedReportingOverflow(by: length).partialValue <= 1 << 22
    else { throw .unsupported("a transform of length \(length) is not supported; the limit is 2048") }
    let outputs = isRealResult ? length : given
    var x = self
    if shape[axis] != taken {
      var after = shape.map { _ in 0 }
      after[axis] = taken - shape[axis]
      x = applying(Padding(before: shape.map { _ in 0 }, after: after))
    }
    func matrix(_ function: (Double) -> Double) -> Tensor {
      var values: [Float] = []
      for row in 0..<outputs {
        for column in 0..<taken {
          let angle = 2 * Double.pi * Double(row * column % length) / Double(length)
          var weight = isInverse ? 1 / Double(length) : 1
          if isRealResult, column > 0, 2 * column < length { weight *= 2 }
          values.append(Float(function(angle) * weight))
        }
      }
      return Tensor(shape: [outputs, taken], values: values)
    }
    let last = shape.count - 1
    let (cosines, sines) = (matrix(cos), matrix { isInverse ? sin($0) : -sin($0) })
    let real = x.sliced(axis: last, from: 0, count: 1)
    let imaginary = isComplex ? x.sliced(axis: last, from: 1, count: 1) : nil
    var parts = [real.multiplied(along: axis, by: cosines)]
    if !isRealResult { parts.append(real.multiplied(along: axis, by: sines)) }
    if let imaginary {
      parts[0] = parts[0] - imaginary.multiplied(along: axis, by: sines)
      if !isRealResult { parts[1] = parts[1] + imaginary.multiplied(along: axis, by: cosines) }
    }
    return parts.count == 1 ? parts[0] : builder.append(Concatenation(axis: last), parts)
  }
}

extension Fold {
  /// A sum of cosines over one period.
  fileprivate static func window(_ coefficients: [Double]) -> Fold {
    Fold { node, x throws(ImportFailure) in
      guard let size = x[0].values.first, x[0].values.count == 1, size >= 1, size <= Double(Numbers.limit)
      else {
        throw .unsupported("a window has to have 1 to \(Numbers.limit) elements")
      }
      let type = try node.targetType("output_datatype")
      guard type.isFloatingPoint else { throw .unsupported("a window of \(type) is not supported") }
      let period = try node.flag("periodic", default: true) ? size : size - 1
      var values: [Double] = []
      for index in 0..<Int(size) {
        var sum = 0.0
        for (order, coefficient) in coefficients.enumerated() {
          let angle = 2 * Double.pi * Double(order * index) / period
          sum += (order % 2 == 0 ? coefficient : -coefficient) * cos(angle)
        }
        values.append(try type.element(sum))
      }
      return [Numbers(shape: [Int(size)], values: values, type: type)]
    }
  }

  fileprivate static let melWeights = Fold { node, x throws(ImportFailure) in
    guard x.allSatisfy({ $0.values.count == 1 }) else {
      throw .invalid("its operands have to be single numbers")
    }
    let (bins, length, rate) = (x[0].values[0], x[1].values[0], x[2].values[0])
    let (lower, upper) = (x[3].values[0], x[4].values[0])
    guard 1...1_024 ~= bins, 1...65_536 ~= length, rate > 0, 0...upper ~= lower else {
      throw .unsupported("\(bins) bins of spectra of \(length) are not supported")
    }
    let type = try node.targetType("output_datatype")
    let count = Int(length) / 2 + 1
    func mel(_ frequency: Double) -> Double { 2_595 * log10(1 + frequency / 700) }
    let step = (mel(upper) - mel(lower)) / (bins + 2)
    let edges = (0..<Int(bins) + 2).map { index -> Int in
      let frequency = 700 * (pow(10, (Double(index) * step + mel(lower)) / 2_595) - 1)
      return Int(((length + 1) * frequency / rate).rounded(.down))
    }
    var values = [Double](repeating: 0, count: count * Int(bins))
    for bin in 0..<Int(bins) {
      let (low, center, high) = (edges[bin], edges[bin + 1], edges[bin + 2])
      for row in 0..<count {
        var weight = 0.0
        if low == center, row == center { weight = 1 }
        if low < center, low...center ~= row { weight = Double(row - low) / Double(center - low) }
        if center < high, center..<high ~= row { weight = Double(high - row) / Double(high - center) }
        values[row * Int(bins) + bin] = try type.element(weight)
      }
    }
    guard values.count <= Numbers.limit else { throw .unsupported("\(values.count) weights are too many") }
    return [Numbers(shape: [count, Int(bins)], values: values, type: type)]
  }
}
