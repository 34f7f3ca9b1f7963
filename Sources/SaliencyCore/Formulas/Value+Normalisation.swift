extension Value {
  /// (x − mean) / √(variance + ε), with mean and variance over `axes`.
  package func standardised(over axes: [Int], epsilon: Float) -> Value {
    let centred = self - mean(axes)
    return centred / ((centred * centred).mean(axes) + epsilon).applying(SquareRoot())
  }
}
