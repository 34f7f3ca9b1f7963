public import SaliencyCore

/// What an input of ``ActivationMaximization`` should have little of: a formula over its numbers that counts against the activation.
///
/// The numbers of an image run from −½, black, to ½, white, so that 0 is mid-gray, in a tensor 1×channels×height×width; those of other inputs are
/// the input itself.
public struct Regularizer: Sendable {
  /// What it is called in reports.
  public let name: String
  /// What its value is multiplied by before it is subtracted from the activation.
  public let weight: Float
  let body: @Sendable (Value) throws -> Value

  /// A regularizer of the user's own.
  ///
  /// - Parameters:
  ///   - name: what it is called in reports.
  ///   - weight: what its value is multiplied by.
  ///   - body: the formula; a result of several numbers counts with their sum.
  public init(_ name: String, weight: Float, _ body: @escaping @Sendable (Value) throws -> Value) {
    (self.name, self.weight, self.body) = (name, weight, body)
  }

  /// The total variation Σ (Δy² + Δx²)^(β/2) over the differences of neighbors along the last two axes, of all images' rows and columns but the
  /// last (Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them", 2015).
  ///
  /// - Parameters:
  ///   - weight: what it is multiplied by.
  ///   - power: the exponent β.
  /// - Precondition: the power is positive.
  public static func totalVariation(weight: Float, power: Float = 2) -> Regularizer {
    precondition(power > 0, "`power` must be above 0")
    return Regularizer("total variation", weight: weight) { numbers in
      let rank = numbers.shape.count
      guard rank >= 2, numbers.shape.suffix(2).allSatisfy({ $0 >= 2 }) else {
        throw SaliencyError(
          .invalidSetting,
          "total variation is of two axes with neighbors, and \(numbers.shape.text) has none")
      }
      let start = numbers.inner(from: (0, 0))
      let (down, right) = (numbers.inner(from: (1, 0)) - start, numbers.inner(from: (0, 1)) - start)
      return (down.squared() + right.squared()).powerOfRoot(power).sum(keepsAxes: false)
    }
  }

  /// The norm Σ |x|^p, without the root (Simonyan et al., "Deep Inside Convolutional Networks", 2014, with p = 2).
  ///
  /// - Parameters:
  ///   - weight: what it is multiplied by.
  ///   - power: the exponent p.
  /// - Precondition: the power is positive.
  public static func norm(weight: Float, power: Float = 2) -> Regularizer {
    precondition(power > 0, "`power` must be above 0")
    return Regularizer("L\(power.text) norm", weight: weight) {
      $0.squared().powerOfRoot(power).sum(keepsAxes: false)
    }
  }
}

extension Value {
  /// All but one row and one column of the last two axes.
  fileprivate func inner(from start: (Int, Int)) -> Value {
    let rank = shape.count
    var (starts, counts) = ([Int](repeating: 0, count: rank), shape)
    (starts[rank - 2], starts[rank - 1]) = start
    counts[rank - 2] -= 1
    counts[rank - 1] -= 1
    return applying(Slice(starts: starts, counts: counts, steps: [Int](repeating: 1, count: rank)))
  }

  /// The power of the square root: this to p/2. Where the derivative at 0 would be infinite or undefined, squares are a little larger.
  fileprivate func powerOfRoot(_ power: Float) -> Value {
    power == 2 ? self : (self + (power < 4 ? 1e-8 : 0)).power(power / 2)
  }
}
