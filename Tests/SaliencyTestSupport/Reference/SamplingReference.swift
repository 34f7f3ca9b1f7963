import LibC
package import SaliencyCore

extension GridSamplingRule {
  /// For each element along an axis of `extent` how much it counts at a coordinate.
  fileprivate func weights(at coordinate: Double, _ extent: Int) -> [Double] {
    let last = Double(extent - 1)
    var x = alignsCorners ? (coordinate + 1) / 2 * last : ((coordinate + 1) * Double(extent) - 1) / 2
    if filter == .nearest { x = rint(x) }
    x = bordered(x, last)
    var weights = [Double](repeating: 0, count: extent)
    for tap in Int(floor(x)) - 2...Int(floor(x)) + 3 {
      let distance = abs(Double(tap) - x)
      let weight =
        switch filter {
        case .nearest: distance == 0 ? 1.0 : 0
        case .linear: max(0, 1 - distance)
        case .cubic: keys(distance)
        }
      let place = border == .edge ? min(max(Double(tap), 0), last) : bordered(Double(tap), last)
      if place >= 0 && place <= last { weights[Int(place)] += weight }
    }
    return weights
  }

  private func keys(_ x: Double) -> Double {
    let a = -0.75
    if x <= 1 { return (a + 2) * x * x * x - (a + 3) * x * x + 1 }
    return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0
  }

  private func bordered(_ x: Double, _ last: Double) -> Double {
    let (lower, upper) = alignsCorners ? (0, last) : (-0.5, last + 0.5)
    guard x < lower || x > upper else { return x }
    switch border {
    case .zeros: return x
    case .edge: return min(max(x, 0), last)
    case .reflection:
      guard upper > lower else { return x }
      var x = x
      while x < lower || x > upper { x = x < lower ? 2 * lower - x : 2 * upper - x }
      return x
    }
  }

  /// Calls `body` with an index of the samples, one of the data, and the weight of the second in the first.
  fileprivate func forEachPair(
    _ data: Shape, _ grid: ReferenceTensor, samples: Shape, _ body: ([Int], [Int], Double) -> Void
  ) {
    let extents = Array(data[2...])
    for index in samples.allIndices {
      let along = extents.indices.map { axis in
        weights(at: grid[[index[0]] + index[2...] + [extents.count - 1 - axis]], extents[axis])
      }
      for place in extents.allIndices {
        let weight = place.indices.reduce(1) { $0 * along[$1][place[$1]] }
        if weight != 0 { body(index, Array(index[..<2]) + place, weight) }
      }
    }
  }
}

extension GridSampling: ReferenceEvaluated {
  /// All elements, each with the product of its weights along the axes.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    var result = ReferenceTensor(shape, repeating: 0)
    rule.forEachPair(operands[0].shape, operands[1], samples: shape) { sample, element, weight in
      result[sample] += weight * operands[0][element]
    }
    return result
  }
}

extension GridSamplingGradient: ReferenceEvaluated {
  /// The transpose of that.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    var result = ReferenceTensor(shape, repeating: 0)
    rule.forEachPair(shape, operands[1], samples: operands[0].shape) { sample, element, weight in
      result[element] += weight * operands[0][sample]
    }
    return result
  }
}
