public import SaliencyCore

/// Whole networks in their full size, with weights of zeros: for tests of what a plan is made of, not of numbers.
///
/// As exporters write them, with batch normalization folded into convolutions.
public enum Networks {
  /// He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition (2015), in the form with 50 layers of torchvision.
  public static func resNet50() -> (input: Value, scores: Value) {
    let maker = Maker()
    let x = maker.builder.input("x", shape: [1, 3, 224, 224])
    var value = maker.convolution(x, outputs: 64, kernel: 7, stride: 2).rectified()
    value = value.applying(
      MaximumPooling(
        PoolingWindow(
          kernel: [3, 3],
          geometry: .init(
            strides: [2, 2], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1]))))
    for (stage, blocks) in [3, 4, 6, 3].enumerated() {
      let width = 64 << stage
      for block in 0..<blocks {
        let stride = block == 0 && stage > 0 ? 2 : 1
        let reduced = maker.convolution(value, outputs: width, kernel: 1).rectified()
        let middle = maker.convolution(reduced, outputs: width, kernel: 3, stride: stride).rectified()
        let branch = maker.convolution(middle, outputs: 4 * width, kernel: 1)
        let shortcut =
          block == 0 ? maker.convolution(value, outputs: 4 * width, kernel: 1, stride: stride) : value
        value = (branch + shortcut).rectified()
      }
    }
    return (x, maker.classifier(value))
  }

  /// Sandler, Howard, Zhu, Zhmoginov, Chen: MobileNetV2 (2018), as in torchvision.
  public static func mobileNetV2() -> (input: Value, scores: Value) {
    let maker = Maker()
    let x = maker.builder.input("x", shape: [1, 3, 224, 224])
    func clipped(_ value: Value) -> Value { value.applying(Rectifier(ceiling: 6)) }
    var value = clipped(maker.convolution(x, outputs: 32, kernel: 3, stride: 2))
    let stages = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
      (6, 320, 1, 1),
    ]
    for (expansion, outputs, blocks, firstStride) in stages {
      for block in 0..<blocks {
        let stride = block == 0 ? firstStride : 1
        let channels = value.shape[1]
        var branch = value
        if expansion > 1 {
          branch = clipped(maker.convolution(branch, outputs: channels * expansion, kernel: 1))
        }
        let wide = branch.shape[1]
        branch = clipped(maker.convolution(branch, outputs: wide, kernel: 3, stride: stride, groups: wide))
        branch = maker.convolution(branch, outputs: outputs, kernel: 1)
        value = stride == 1 && channels == outputs ? value + branch : branch
      }
    }
    value = clipped(maker.convolution(value, outputs: 1_280, kernel: 1))
    return (x, maker.classifier(value))
  }

  private struct Maker {
    let builder = GraphBuilder()

    func zeros(_ shape: Shape) -> Value {
      builder.constant(Tensor(shape: shape, values: .init(repeating: 0, count: shape.reduce(1, *))))
    }

    func convolution(_ value: Value, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1) -> Value {
      let padding = kernel / 2
      return builder.append(
        Convolution(
          geometry: .init(
            strides: [stride, stride], dilations: [1, 1], paddingBefore: [padding, padding],
            paddingAfter: [padding, padding]), groups: groups),
        [value, zeros([outputs, value.shape[1] / groups, kernel, kernel]), zeros([outputs])])
    }

    func classifier(_ value: Value) -> Value {
      let channels = value.shape[1]
      return builder.append(
        MatrixProduct(transposesRight: true),
        [value.mean([2, 3]).reshaped(to: [1, channels]), zeros([1_000, channels]), zeros([1_000])])
    }
  }
}
