package import SaliencyCore

extension Gather: ReferenceEvaluated {
  /// y[o, i, c] = x[o, indices[i], c], 0 where the index is negative.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(shape) { index in
      let row = Int(indices[index[1]])
      return row < 0 ? 0 : operands[0][[index[0], row, index[2]]]
    }
  }
}

extension ScatterAddition: ReferenceEvaluated {
  /// y[o, indices[i], c] is the sum of all x[o, i, c].
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    var result = ReferenceTensor(shape, repeating: 0)
    for index in operands[0].shape.allIndices where indices[index[1]] >= 0 {
      result[[index[0], Int(indices[index[1]]), index[2]]] += operands[0][index]
    }
    return result
  }
}

extension AxisGather: ReferenceEvaluated {
  /// y[…, i, …] = x[…, p[…, i, …], …], 0 where that is no position.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(shape) { index in
      var source = index
      source[axis] = Int(operands[1][index])
      return operands[0].shape[axis] > source[axis] && operands[1][index] >= 0 ? operands[0][source] : 0
    }
  }
}

extension AxisScatterAddition: ReferenceEvaluated {
  /// y[…, p[…, i, …], …] is the sum of all x[…, i, …].
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    var result = ReferenceTensor(shape, repeating: 0)
    for index in operands[0].shape.allIndices {
      var target = index
      target[axis] = Int(operands[1][index])
      if operands[1][index] >= 0 && target[axis] < extent { result[target] += operands[0][index] }
    }
    return result
  }
}

extension TopKIndices: ReferenceEvaluated {
  /// At rank r the position that r others come before.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let extent = operands[0].shape[axis]
    return ReferenceTensor(shape) { index in
      func element(_ position: Int) -> Double {
        var index = index
        index[axis] = position
        return isDescending ? operands[0][index] : -operands[0][index]
      }
      let position = (0..<extent).first { candidate in
        let others = (0..<extent).filter {
          element($0) > element(candidate) || (element($0) == element(candidate) && $0 < candidate)
        }
        return others.count == index[axis]
      }
      return Double(position!)
    }
  }
}

extension MinMaxReduction: ReferenceEvaluated {
  /// The largest or smallest of the elements that share an index along the other axes.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    var result = ReferenceTensor(shape, repeating: isMaximum ? -.infinity : .infinity)
    for (position, index) in operands[0].shape.allIndices.enumerated() {
      var target = index
      for axis in axes { target[axis] = 0 }
      let value = operands[0].values[position]
      if isMaximum ? value > result[target] : value < result[target] { result[target] = value }
    }
    return result
  }
}

extension CumulativeSum: ReferenceEvaluated {
  /// The sum of the elements before, or after.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(shape) { index in
      (0..<shape[axis]).reduce(0) { sum, position in
        let isCounted = isReversed ? position > index[axis] : position < index[axis]
        guard isCounted || (position == index[axis] && !isExclusive) else { return sum }
        var source = index
        source[axis] = position
        return sum + operands[0][source]
      }
    }
  }
}
