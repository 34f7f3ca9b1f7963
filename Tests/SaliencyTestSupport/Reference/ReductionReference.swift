import LibC
package import SaliencyCore

extension Reduction: ReferenceEvaluated {
  /// The sum over the axes, divided by the number of summands for a mean.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let input = operands[0]
    var result = ReferenceTensor(shape, repeating: 0)
    for (position, index) in input.shape.allIndices.enumerated() {
      var target = index
      for axis in axes { target[axis] = 0 }
      result[target] += input.values[position]
    }
    guard function == .mean else { return result }
    let count = Double(axes.reduce(1) { $0 * input.shape[$1] })
    return ReferenceTensor(shape, result.values.map { $0 / count })
  }
}

/// The logarithm of the sum of exponentials along an axis, for every element of `input`.
private func logarithmOfSum(_ input: ReferenceTensor, axis: Int) -> [Double] {
  input.shape.allIndices.map { index in
    let row = (0..<input.shape[axis]).map { position in
      var index = index
      index[axis] = position
      return input[index]
    }
    let largest = row.max()!
    return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
  }
}

extension Softmax: ReferenceEvaluated {
  /// e^x / Σ e^x
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let sums = logarithmOfSum(operands[0], axis: axis)
    return ReferenceTensor(shape, zip(operands[0].values, sums).map { exp($0 - $1) })
  }
}

extension LogSoftmax: ReferenceEvaluated {
  /// x − ln Σ e^x
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let sums = logarithmOfSum(operands[0], axis: axis)
    return ReferenceTensor(shape, zip(operands[0].values, sums).map { $0 - $1 })
  }
}
