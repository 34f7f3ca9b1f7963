public import SaliencyCore

/// The input that stands for "nothing there", from which paths start.
public enum Baseline: Sendable {
  /// Zeros: the mean image where images are normalized.
  case zeros
  /// The same number everywhere.
  case constant(Float)
  /// The mean of each channel of the input itself.
  case mean
  /// The input itself, blurred until nothing can be told apart: by a Gaussian of that standard deviation in pixels, or where it is nil of
  /// a twentieth of the longer side. Around the input are zeros.
  case blur(standardDeviation: Float? = nil)
  /// A tensor of the input's shape, with a batch of 1.
  case tensor(Tensor)

  /// Whether each input has a baseline of its own.
  var dependsOnInput: Bool {
    switch self {
    case .mean, .blur: true
    case .zeros, .constant, .tensor: false
    }
  }

  /// Whether it may stand for a token: it is a whole number, or a tensor of some.
  var fitsTokens: Bool {
    switch self {
    case .zeros: true
    case .constant(let number): number == number.rounded()
    case .tensor(let tensor): tensor.values.allSatisfy { $0 == $0.rounded() }
    case .mean, .blur: false
    }
  }

  /// The baseline for an input.
  ///
  /// - Throws: `SaliencyError` where a given tensor has another shape.
  func tensor(for input: Tensor, channelAxis: Int?) throws(SaliencyError) -> Tensor {
    let count = input.shape.elementCount
    switch self {
    case .zeros: return Tensor(shape: input.shape, values: [Float](repeating: 0, count: count))
    case .constant(let value):
      return Tensor(shape: input.shape, values: [Float](repeating: value, count: count))
    case .tensor(let tensor):
      guard tensor.shape == input.shape else {
        throw SaliencyError(
          .invalidSetting,
          "the baseline has the shape \(tensor.shape.text), but the input \(input.shape.text)")
      }
      return tensor
    case .blur(let standardDeviation):
      let longest = InputPlaces(of: input.shape, channelAxis: channelAxis).extents.max() ?? 1
      let blurred = GaussianBlur(input.shape, channelAxis: channelAxis)(
        input.values.map(Double.init), standardDeviation: Double(standardDeviation ?? Float(longest) / 20))
      return Tensor(shape: input.shape, values: blurred.map { Float($0) })
    case .mean:
      let axis = channelAxis ?? input.shape.count
      let channels = channelAxis.map { input.shape[$0] } ?? 1
      let inner = input.shape.dropFirst(axis + 1).reduce(1, *)
      let values = input.values
      var sums = [Double](repeating: 0, count: channels)
      for (index, value) in values.enumerated() { sums[index / inner % channels] += Double(value) }
      let means = sums.map { Float($0 / Double(max(count / channels, 1))) }
      return Tensor(
        shape: input.shape,
        values: values.indices.map { means[channelAxis == nil ? 0 : $0 / inner % channels] })
    }
  }
}
