extension Image {
  /// A part of the image.
  ///
  /// - Throws: `ImageError` when the area is empty or not inside the image.
  public func cropped(x: Int, y: Int, width: Int, height: Int) throws(ImageError) -> Image {
    guard width > 0, height > 0, x >= 0, y >= 0, width <= self.width, height <= self.height,
      x <= self.width - width, y <= self.height - height
    else {
      throw ImageError(
        .invalidArgument,
        "the area of \(width)×\(height) pixels at (\(x), \(y)) is not inside the image "
          + "of \(self.width)×\(self.height) pixels"
      )
    }
    var result: [UInt8] = []
    result.reserveCapacity(width * height * 3)
    for row in y..<y + height {
      let start = (row * self.width + x) * 3
      result += pixels[start..<start + width * 3]
    }
    return Image(width: width, height: height, pixels: result)
  }

  /// The middle of the image, placed as torchvision's `CenterCrop` places it: halves are rounded to even,
  /// and an image smaller than the area is surrounded with black first.
  ///
  /// - Throws: `ImageError` when a side is smaller than 1 or the result would be too large.
  public func centerCropped(width: Int, height: Int) throws(ImageError) -> Image {
    try Image.check(width: width, height: height)
    let left = max(width - self.width, 0) / 2
    let top = max(height - self.height, 0) / 2
    let paddedWidth = max(width, self.width)
    let paddedHeight = max(height, self.height)
    var padded = self
    if paddedWidth != self.width || paddedHeight != self.height {
      try Image.check(width: paddedWidth, height: paddedHeight)
      padded = Image(width: paddedWidth, height: paddedHeight, filledWith: Color(gray: 0))
      padded.paste(self, x: left, y: top)
    }
    let x = (Double(paddedWidth - width) / 2).rounded(.toNearestOrEven)
    let y = (Double(paddedHeight - height) / 2).rounded(.toNearestOrEven)
    return try padded.cropped(x: Int(x), y: Int(y), width: width, height: height)
  }

  /// Puts an image onto this one.
  ///
  /// - Precondition: it lies inside.
  public mutating func paste(_ image: Image, x: Int, y: Int) {
    precondition(x >= 0 && y >= 0 && x + image.width <= width && y + image.height <= height)
    for row in 0..<image.height {
      let source = row * image.width * 3
      let target = ((y + row) * width + x) * 3
      pixels.replaceSubrange(
        target..<target + image.width * 3, with: image.pixels[source..<source + image.width * 3])
    }
  }
}
