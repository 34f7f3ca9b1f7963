import SaliencyCore

/// The numbers that ``ActivationMaximization`` moves, and how they become an input.
///
/// It does not change which inputs there are, but which of them are near to one another, and so what is found first.
public enum Parameterization: Sendable, Hashable {
  /// The numbers of the input themselves. An image's pixels stay between black and white.
  case pixels
  /// Waves of all frequencies f, each divided by f^decay as in natural images, in colors whose amounts do not depend on one another, through a
  /// sigmoid that keeps pixels between black and white (Olah et al., "Feature Visualization", 2017, as in their library Lucid).
  ///
  /// The waves are products of cas t = cos t + sin t along each axis: Hartley's form of Fourier's, of the same frequencies and without complex numbers.
  case fourier(decay: Float = 1)
}

extension Parameterization {
  /// The deviation of the numbers that make noise to start with.
  var noiseDeviation: Float { self == .pixels ? 0.05 : 0.01 }

  /// A canvas, 1×channels×height×width from −½ to ½, of its parameters, which have the same shape.
  func canvas(of parameters: Value) -> Value {
    switch self {
    case .pixels: parameters
    case .fourier(let decay):
      ImageSpectrum(shape: parameters.shape, decay: decay).canvas(of: parameters)
    }
  }

  /// The parameters of a canvas.
  func parameters(of canvas: Value) -> Value {
    switch self {
    case .pixels: canvas
    case .fourier(let decay): ImageSpectrum(shape: canvas.shape, decay: decay).parameters(of: canvas)
    }
  }
}
