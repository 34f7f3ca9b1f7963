package import SaliencyCore

extension PoolingWindow {
  /// The elements under each window, by position in a plane, in row-major order.
  fileprivate func elements(input: Shape, output: Shape) -> [[Int]] {
    let walk = WindowVisits(
      input: Array(input[2...]), kernel: kernel, output: Array(output[2...]), geometry: geometry)
    var elements = [[Int]](repeating: [], count: walk.windowCount)
    for visit in walk.visits { elements[visit.window].append(visit.element) }
    return elements
  }

  /// For each element of the pooled tensor the offset of its window's first maximum.
  fileprivate func winners(in input: ReferenceTensor, output: Shape) -> [Int] {
    let windows = elements(input: input.shape, output: output)
    let planeSize = input.shape[2...].reduce(1, *)
    return (0..<output[0] * output[1]).flatMap { plane in
      windows.map { window in
        var best = plane * planeSize + window[0]
        for element in window where input.values[plane * planeSize + element] > input.values[best] {
          best = plane * planeSize + element
        }
        return best
      }
    }
  }
}

extension MaximumPooling: ReferenceEvaluated {
  /// The largest element of each window.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(shape, window.winners(in: operands[0], output: shape).map { operands[0].values[$0] })
  }
}

extension MaximumPoolingGradient: ReferenceEvaluated {
  /// Each element of the first operand added where its window has its first maximum.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    var result = ReferenceTensor(shape, repeating: 0)
    for (position, winner) in window.winners(in: operands[1], output: operands[0].shape).enumerated() {
      result.values[winner] += operands[0].values[position]
    }
    return result
  }
}

extension MaximumPoolingSelection: ReferenceEvaluated {
  /// The first operand where the second has the first maximum of each window.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(shape, window.winners(in: operands[1], output: shape).map { operands[0].values[$0] })
  }
}

extension AveragePooling: ReferenceEvaluated {
  /// The sum of each window over the number of its taps, or of those that lie on an element.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let windows = window.elements(input: operands[0].shape, output: shape)
    let planeSize = operands[0].shape[2...].reduce(1, *)
    let taps = Double(window.kernel.elementCount)
    return ReferenceTensor(
      shape,
      (0..<shape[0] * shape[1]).flatMap { plane in
        windows.map { elements in
          elements.reduce(0) { $0 + operands[0].values[plane * planeSize + $1] }
            / (includesPadding ? taps : Double(elements.count))
        }
      })
  }
}

extension AveragePoolingGradient: ReferenceEvaluated {
  /// Each element divided among the elements of its window.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let windows = window.elements(input: shape, output: operands[0].shape)
    let planeSize = extents.elementCount
    let taps = Double(window.kernel.elementCount)
    var result = ReferenceTensor(shape, repeating: 0)
    for (position, value) in operands[0].values.enumerated() {
      let (plane, at) = position.quotientAndRemainder(dividingBy: windows.count)
      for element in windows[at] {
        result.values[plane * planeSize + element] +=
          value / (includesPadding ? taps : Double(windows[at].count))
      }
    }
    return result
  }
}
