package import SaliencyCore

extension Reshape: ReferenceEvaluated {
  /// The same elements in the same order.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(self.shape, operands[0].values)
  }
}

extension Transpose: ReferenceEvaluated {
  /// y[i₀, i₁, …] = x[j] with j[permutation[a]] = i[a].
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(shape) { index in
      var source = index
      for axis in index.indices { source[permutation[axis]] = index[axis] }
      return operands[0][source]
    }
  }
}

extension Broadcast: ReferenceEvaluated {
  /// y[index] = x[index], 0 standing for the axes of extent 1.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(
      self.shape, operands[0].shape.offsets(broadcastTo: self.shape).map { operands[0].values[$0] })
  }
}

extension Slice: ReferenceEvaluated {
  /// y[index] = x[start + index · step].
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(counts) { operands[0][source(of: $0)] }
  }

  fileprivate func source(of index: [Int]) -> [Int] {
    index.indices.map { starts[$0] + index[$0] * steps[$0] }
  }
}

extension SliceScatter: ReferenceEvaluated {
  /// y[start + index · step] = x[index], 0 elsewhere.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    var result = ReferenceTensor(self.shape, repeating: 0)
    for index in slice.counts.allIndices { result[slice.source(of: index)] = operands[0][index] }
    return result
  }
}

extension Padding: ReferenceEvaluated {
  /// y[index] = x[index − before] where there is such an element, the value elsewhere.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let input = operands[0]
    return ReferenceTensor(shape) { index in
      let source = index.indices.map { index[$0] - before[$0] }
      let exists = source.indices.allSatisfy { source[$0] >= 0 && source[$0] < input.shape[$0] }
      return exists ? input[source] : Double(value)
    }
  }
}

extension Concatenation: ReferenceEvaluated {
  /// The operands one after another.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    ReferenceTensor(shape) { index in
      var index = index
      for operand in operands {
        if index[axis] < operand.shape[axis] { return operand[index] }
        index[axis] -= operand.shape[axis]
      }
      preconditionFailure("\(index) lies outside the operands")
    }
  }
}
