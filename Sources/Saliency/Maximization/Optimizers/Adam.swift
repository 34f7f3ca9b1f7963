internal import LibC

/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015).
///
/// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², x ← x − η m̂ / (√v̂ + 10⁻⁸) for the means m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) of the first t steps.
public struct Adam: Optimizer {
  /// The learning rate η.
  public let learningRate: Double
  /// The share β₁ of the mean gradient that the next step keeps.
  public let meanDecay: Double
  /// The share β₂ of the mean squared gradient that the next step keeps.
  public let squareDecay: Double

  private var means: [Double] = []
  private var squares: [Double] = []
  private var count = 0.0

  /// - Precondition: the learning rate is positive, and both shares are at least 0 and below 1.
  public init(learningRate: Double = 0.04, meanDecay: Double = 0.9, squareDecay: Double = 0.999) {
    precondition(
      learningRate > 0 && 0..<1 ~= meanDecay && 0..<1 ~= squareDecay,
      "`learningRate` must be above 0, `meanDecay` and `squareDecay` from 0 to below 1")
    (self.learningRate, self.meanDecay, self.squareDecay) = (learningRate, meanDecay, squareDecay)
  }

  public mutating func step(_ numbers: inout [Double], along gradient: [Double]) {
    if means.isEmpty {
      means = [Double](repeating: 0, count: numbers.count)
      squares = means
    }
    count += 1
    let (meanShare, squareShare) = (1 - pow(meanDecay, count), 1 - pow(squareDecay, count))
    for (index, slope) in gradient.enumerated() {
      means[index] = meanDecay * means[index] + (1 - meanDecay) * slope
      squares[index] = squareDecay * squares[index] + (1 - squareDecay) * slope * slope
      numbers[index] -=
        learningRate * (means[index] / meanShare) / ((squares[index] / squareShare).squareRoot() + 1e-8)
    }
  }
}
