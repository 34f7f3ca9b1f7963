/// RMSProp (Tieleman and Hinton, "Lecture 6.5", 2012): each number's gradient is divided by the root of the mean of its squares.
///
/// v ← ρ v + (1 − ρ) g², x ← x − η g / (√v + 10⁻⁷), with v = 0 before the first step.
public struct RMSProp: Optimizer {
  /// The learning rate η.
  public let learningRate: Double
  /// The share ρ of the mean that the next step keeps.
  public let decay: Double

  private var squares: [Double] = []

  /// - Precondition: the learning rate is positive, and the share is at least 0 and below 1.
  public init(learningRate: Double = 0.02, decay: Double = 0.9) {
    precondition(
      learningRate > 0 && 0..<1 ~= decay, "`learningRate` must be above 0, `decay` from 0 to below 1")
    (self.learningRate, self.decay) = (learningRate, decay)
  }

  public mutating func step(_ numbers: inout [Double], along gradient: [Double]) {
    if squares.isEmpty { squares = [Double](repeating: 0, count: numbers.count) }
    for (index, slope) in gradient.enumerated() {
      squares[index] = decay * squares[index] + (1 - decay) * slope * slope
      numbers[index] -= learningRate * slope / (squares[index].squareRoot() + 1e-7)
    }
  }
}
