import SaliencyCore

extension Tensor {
  /// One of the equal parts along each of some axes, with extent 1 there; nil where parts differ, as bits.
  ///
  /// A class token that a network expands to each item of a batch is such a constant.
  func part(repeatedAlong axes: [Int]) -> Tensor? {
    var (values, shape) = (values, shape)
    for axis in axes {
      let inner = shape[(axis + 1)...].reduce(1, *)
      let block = shape[axis] * inner
      guard block > 0 else { return nil }
      var kept: [Float] = []
      kept.reserveCapacity(values.count / shape[axis])
      for start in stride(from: 0, to: values.count, by: block) {
        for index in start..<start + inner {
          let isRepeated = stride(from: index, to: start + block, by: inner).allSatisfy {
            values[$0].bitPattern == values[index].bitPattern
          }
          guard isRepeated else { return nil }
          kept.append(values[index])
        }
      }
      values = kept
      shape[axis] = 1
    }
    return Tensor(shape: shape, values: values)
  }
}
