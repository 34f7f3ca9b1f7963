extension PreparedInput {
  /// The places of the network's input that a mask marks, for metrics that ask where the explained thing is.
  ///
  /// - Parameter path: an image, of which what is at least half as bright as white is inside, of the input's image's size or of the network's; or a
  ///   `.npy` file, of which what is not 0 is.
  /// - Throws: `ImageError` or `NumPyError` where the file cannot be read, `SaliencyError` where an image has another size.
  public func places(insideMask path: String) throws -> [Bool] {
    try places(inside: InputContents(contentsOf: path))
  }

  /// The places of the network's input that a mask marks, which is at hand.
  ///
  /// - Parameter mask: what a file would hold; see ``places(insideMask:)``.
  /// - Throws: `SaliencyError` where an image has another size.
  public func places(inside mask: InputContents) throws -> [Bool] {
    switch mask {
    case .tensor(let mask): return mask.values.map { $0 != 0 }
    case .image(let mask):
      guard let preprocessing, let image else { return mask.isInside }
      return try preprocessing.placesInside(mask, of: image)
    }
  }
}
