internal import LibC
import SaliencyCore

/// How an image is moved at random before each step, so that what is drawn holds for its neighbors too and is no noise that fools the
/// network (Olah et al., "Feature Visualization", 2017).
///
/// The image is shifted, turned and scaled about its center in one go, sampled linearly between pixels and mirrored at its borders.
public struct RandomTransform: Sendable, Hashable {
  /// The most pixels that it is shifted by along each axis, whole ones.
  public let jitter: Int
  /// The factors that it is scaled by; above 1 it is enlarged.
  public let scale: ClosedRange<Double>
  /// The most degrees that it is turned by, either way.
  public let rotation: Double

  /// - Precondition: jitter and rotation are not negative, and factors are positive.
  public init(jitter: Int = 16, scale: ClosedRange<Double> = 0.8...1.2, rotation: Double = 15) {
    precondition(
      jitter >= 0 && rotation >= 0 && scale.lowerBound > 0,
      "`jitter` and `rotation` must not be negative, and `scale` must be above 0")
    (self.jitter, self.scale, self.rotation) = (jitter, scale, rotation)
  }

  /// The image as it is.
  public static let none = RandomTransform(jitter: 0, scale: 1...1, rotation: 0)

  /// The window of the network onto a canvas.
  struct Window {
    /// Height and width of the window.
    let size: [Int]
    /// Height and width of the canvas.
    let canvas: [Int]
    /// The center of the window, in pixels from the upper left corner of the canvas.
    let center: (y: Double, x: Double)
  }

  static let sampling = GridSampling(.init(filter: .linear, border: .reflection, alignsCorners: false))

  /// The points of a canvas that a window samples when it is moved at random.
  func points(of window: Window, _ random: inout SplitMix64) -> Tensor {
    func share() -> Double { 2 * random.nextShare() - 1 }
    let angle = rotation * share() * .pi / 180
    let factor = scale.lowerBound + (scale.upperBound - scale.lowerBound) * random.nextShare()
    let shift = (
      y: Double(random.nextIndex(below: 2 * jitter + 1) - jitter),
      x: Double(random.nextIndex(below: 2 * jitter + 1) - jitter)
    )
    let (height, width) = (window.size[0], window.size[1])
    let (cosine, sine) = (cos(angle) / factor, sin(angle) / factor)
    let (rows, columns) = (Double(window.canvas[0]), Double(window.canvas[1]))
    var points: [Float] = []
    points.reserveCapacity(height * width * 2)
    for row in 0..<height {
      let y = Double(row) + 0.5 - Double(height) / 2
      for column in 0..<width {
        let x = Double(column) + 0.5 - Double(width) / 2
        points.append(Float(2 * (window.center.x + shift.x + cosine * x - sine * y) / columns - 1))
        points.append(Float(2 * (window.center.y + shift.y + sine * x + cosine * y) / rows - 1))
      }
    }
    return Tensor(shape: [1, height, width, 2], values: points)
  }
}
