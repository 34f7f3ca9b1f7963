extension Value {
  /// (x − mean) / √(variance + ε), with mean and variance over `axes`.
  package func standardised(over axes: [Int], epsilon: Float) -> Value {
    let centered = self - mean(axes)
    return centered / ((centered * centered).mean(axes) + epsilon).applying(SquareRoot())
  }
}
