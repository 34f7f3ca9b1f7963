import LibC
import SaliencyCore

extension NodeImport {
  /// Operators that make numbers from few others.
  static let creationFolds: [String: Fold] = [
    "Range": { _, x throws(ImportFailure) in
      guard let start = x[0].values.first, let limit = x[1].values.first, let step = x[2].values.first,
        step != 0
      else { throw .invalid("it takes a start, a limit and a step that is not 0") }
      let count = max(0, ((limit - start) / step).rounded(.up))
      guard count <= Double(Numbers.limit(for: x[0].type)) else {
        throw .unsupported("a range of \(count) numbers is too long")
      }
      let type = x[0].type
      var values: [Double] = []
      for index in 0..<Int(count) { values.append(try type.element(start + Double(index) * step)) }
      return [Numbers(shape: [Int(count)], values: values, type: type)]
    },
    "HannWindow": window([0.5, 0.5]),
    "HammingWindow": window([25.0 / 46, 21.0 / 46]),
    "BlackmanWindow": window([0.42, 0.5, 0.08]),
    "Pad": { node, x throws(ImportFailure) in
      let (before, after) = try OperatorTable.paddingAmounts(node, x[0].shape)
      let mode = try node.text("mode") ?? "constant"
      let shape = x[0].shape.indices.map { x[0].shape[$0] + before[$0] + after[$0] }
      guard shape.allSatisfy({ $0 >= 0 }), let count = shape.checkedElementCount,
        count <= Numbers.limit(for: x[0].type)
      else { return nil }
      if mode == "constant" {
        let fill = x.count > 2 ? x[2].values.first ?? 0 : Double(try node.number("value", default: 0))
        return [x[0].framed(starts: before.map { -$0 }, shape: shape, fill: fill)]
      }
      guard x[0].shape.allSatisfy({ $0 > 0 }), ["edge", "reflect", "wrap"].contains(mode) else { return nil }
      var result = x[0]
      for axis in shape.indices {
        let extent = result.shape[axis]
        let (bases, step, _) = result.rows(along: axis)
        var target = result.shape
        target[axis] = shape[axis]
        var padded = result.with([Double](repeating: 0, count: target.elementCount), shape: target)
        for (base, place) in zip(bases, padded.rows(along: axis).bases) {
          for index in 0..<shape[axis] {
            let source = edgeIndex(index - before[axis], extent, mode)
            padded.values[place + index * step] = result.values[base + source * step]
          }
        }
        result = padded
      }
      return [result]
    },
    "EyeLike": { node, x throws(ImportFailure) in
      guard x[0].shape.count == 2 else { throw .invalid("\(x[0].shape.text) is no matrix") }
      let type = try node.integer("dtype") == nil ? x[0].type : try node.targetType("dtype")
      let (rows, columns) = (x[0].shape[0], x[0].shape[1])
      let diagonal = try node.integer("k", default: 0)
      return [
        Numbers(
          shape: x[0].shape,
          values: (0..<rows * columns).map {
            ($0 % columns).subtractingReportingOverflow($0 / columns) == (diagonal, false) ? 1 : 0
          },
          type: type)
      ]
    },
    "MelWeightMatrix": melWeights,
  ]

  /// A sum of cosines over one period.
  private static func window(_ coefficients: [Double]) -> Fold {
    { node, x throws(ImportFailure) in
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

  /// Which element of an axis stands at a place beside it.
  static func edgeIndex(_ index: Int, _ extent: Int, _ mode: String) -> Int {
    func wrapped(_ index: Int, _ period: Int) -> Int {
      let remainder = index % period
      return remainder < 0 ? remainder + period : remainder
    }
    switch mode {
    case "edge": return min(max(index, 0), extent - 1)
    case "wrap": return wrapped(index, extent)
    default:
      guard extent > 1 else { return 0 }
      let position = wrapped(index, 2 * (extent - 1))
      return position < extent ? position : 2 * (extent - 1) - position
    }
  }

  private static let melWeights: Fold = { node, x throws(ImportFailure) in
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
