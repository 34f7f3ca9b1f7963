package import SaliencyCore

extension Convolution: ReferenceEvaluated {
  /// y[n, o, window] = bias[o] + Σ x[n, c, element] · kernel[o, c, tap], c over the channels of o's group.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let (input, kernel) = (operands[0], operands[1])
    let walk = WindowVisits(
      input: Array(input.shape[2...]), kernel: Array(kernel.shape[2...]), output: Array(shape[2...]),
      geometry: geometry)
    var result = ReferenceTensor(shape, repeating: 0)
    let pairs = ChannelPairs(
      batch: shape[0], inputs: input.shape[1], outputs: shape[1], groups: groups, tapCount: walk.tapCount)
    pairs.forEach { inputPlane, outputPlane, kernelOffset in
      for visit in walk.visits {
        result.values[outputPlane * walk.windowCount + visit.window] +=
          input.values[inputPlane * walk.elementCount + visit.element]
          * kernel.values[kernelOffset + visit.tap]
      }
    }
    guard operands.count == 3 else { return result }
    for index in result.values.indices {
      result.values[index] += operands[2].values[index / walk.windowCount % shape[1]]
    }
    return result
  }
}

extension TransposedConvolution: ReferenceEvaluated {
  /// x[n, c, element] = Σ y[n, o, window] · kernel[o, c, tap], o over the outputs of c's group.
  package func reference(_ operands: [ReferenceTensor], shape: Shape) -> ReferenceTensor {
    let (input, kernel) = (operands[0], operands[1])
    let walk = WindowVisits(
      input: Array(shape[2...]), kernel: Array(kernel.shape[2...]), output: Array(input.shape[2...]),
      geometry: geometry)
    var result = ReferenceTensor(shape, repeating: 0)
    let pairs = ChannelPairs(
      batch: shape[0], inputs: shape[1], outputs: input.shape[1], groups: groups, tapCount: walk.tapCount)
    pairs.forEach { resultPlane, inputPlane, kernelOffset in
      for visit in walk.visits {
        result.values[resultPlane * walk.elementCount + visit.element] +=
          input.values[inputPlane * walk.windowCount + visit.window] * kernel.values[kernelOffset + visit.tap]
      }
    }
    return result
  }
}

/// The planes of a convolution's input and output that a part of the kernel connects.
private struct ChannelPairs {
  let batch: Int
  let inputs: Int
  let outputs: Int
  let groups: Int
  let tapCount: Int

  func forEach(_ body: (_ inputPlane: Int, _ outputPlane: Int, _ kernelOffset: Int) -> Void) {
    let inputsPerGroup = inputs / groups
    for image in 0..<batch {
      for output in 0..<outputs {
        let group = output / (outputs / groups)
        for channel in 0..<inputsPerGroup {
          body(
            image * inputs + group * inputsPerGroup + channel, image * outputs + output,
            (output * inputsPerGroup + channel) * tapCount)
        }
      }
    }
  }
}
