import SaliencyCore

extension Attribution {
  /// What an attribution can be drawn as, which its axes decide.
  enum Form {
    /// Maps over images: two axes of places of an input that is an image, or has no channels.
    case image
    /// Maps by themselves: two axes of places of something else, or an inner layer's channels over time.
    case map
    /// Curves over time: one axis of places.
    case signal
    /// Bars: one list of features.
    case vector
    /// Slices of a volume: three axes of places.
    case volume
    /// Running text: tokens.
    case text

    /// Whether images are made of its heat maps, which a bar of colors explains.
    var hasHeatMaps: Bool { self == .image || self == .map }
  }

  /// - Throws: `SaliencyError` where the shape is none that is drawn.
  func form(item: Int) throws(SaliencyError) -> Form {
    let shape = arrangedValues.shape
    guard let batch = shape.first, 0..<batch ~= item else {
      throw SaliencyError(
        .invalidInput, "an attribution of \(shape.text) has no item \(item) that could be drawn")
    }
    if isForTokens { return .text }
    let isForInput = provenance.withRespectTo == nil
    let placeCount = shape.count - 1 - (provenance.arrangedChannelAxis == nil ? 0 : 1)
    switch (shape.count, placeCount) {
    case (2, _): return isForInput && isOverTime ? .signal : .vector
    case (3, _) where provenance.resolved.isForEmbedding: return .vector
    case (3, 1): return isForInput ? .signal : .map
    case (3, _) where isForInput: return .image
    case (3, _): return .map
    case (4, 2): return hasImage ? .image : .map
    case (4, 3), (5, _): return .volume
    default:
      throw SaliencyError(
        .invalidInput, "an attribution of \(shape.text) cannot be drawn; write it to a .npy file")
    }
  }

  /// Whether an input of items×numbers has these along places.
  private var isOverTime: Bool {
    let roles = provenance.resolved.input.roles.axes.map(\.role).filter { $0 != .items }
    return roles.count == 1 && roles[0].isPlace && roles[0] != .query && roles[0] != .none
  }

  /// Whether there is an image that maps lie over.
  private var hasImage: Bool {
    if image != nil { return true }
    let (shape, axis) = (arrangedInput.shape, provenance.layout.channelAxis)
    return shape.count == 4 && [1, 3].contains(shape[axis])
  }
}
