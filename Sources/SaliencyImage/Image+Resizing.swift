extension Image {
  /// The image at another size: the same bytes as `Image.resize` of Pillow 13 gives.
  ///
  /// Earlier versions of Pillow differ by single levels where the height shrinks by much more than the width.
  ///
  /// - Throws: `ImageError` when a side is smaller than 1, or when the result, or the image of which one
  ///   side is resized already, would have more than ``maximumPixelCount`` pixels.
  public func resized(width: Int, height: Int, filter: ResamplingFilter) throws(ImageError) -> Image {
    try Image.check(width: width, height: height)
    if width == self.width, height == self.height { return self }
    if filter == .nearest { return resizedToNearest(width: width, height: height) }
    if ResamplingWeights.startsWithColumns(from: (self.width, self.height), to: (width, height)) {
      try Image.check(width: self.width, height: height)
      return resampledDown(to: height, filter).resampledAcross(to: width, filter)
    }
    try Image.check(width: width, height: self.height)
    return resampledAcross(to: width, filter).resampledDown(to: height, filter)
  }

  /// The image at the size at which its shorter side has `size` pixels, the longer one `Int(size * long /
  /// short)` as in torchvision's `Resize`.
  ///
  /// - Throws: `ImageError` when `size` is smaller than 1 or the result would be too large.
  public func resizedShorterSide(to size: Int, filter: ResamplingFilter) throws(ImageError) -> Image {
    let size = try sizeWithShorterSide(size)
    return try resized(width: size.width, height: size.height, filter: filter)
  }

  /// The sides that ``resizedShorterSide(to:filter:)`` gives the image.
  package func sizeWithShorterSide(_ size: Int) throws(ImageError) -> (width: Int, height: Int) {
    try Image.check(width: size, height: 1)
    let long = Int(Double(size * max(width, height)) / Double(min(width, height)))
    return width <= height ? (size, long) : (long, size)
  }

  private func resizedToNearest(width: Int, height: Int) -> Image {
    // Positions are summed up, not multiplied, because Pillow does so and ends up on other pixels now and
    // then.
    func positions(_ source: Int, _ target: Int) -> [Int] {
      let scale = Double(source) / Double(target)
      var position = scale * 0.5
      return (0..<target).map { _ in
        defer { position += scale }
        return min(Int(position), source - 1)
      }
    }
    let columns = positions(self.width, width)
    var result: [UInt8] = []
    result.reserveCapacity(width * height * 3)
    for row in positions(self.height, height) {
      for column in columns {
        let source = (row * self.width + column) * 3
        result.append(pixels[source])
        result.append(pixels[source + 1])
        result.append(pixels[source + 2])
      }
    }
    return Image(width: width, height: height, pixels: result)
  }

  private func resampledAcross(to target: Int, _ filter: ResamplingFilter) -> Image {
    if target == width { return self }
    let plan = ResamplingWeights(from: width, to: target, filter)
    let weights = plan.fixedPoint
    var result = [UInt8](repeating: 0, count: target * height * 3)
    pixels.withUnsafeBufferPointer { source in
      weights.withUnsafeBufferPointer { weights in
        result.withUnsafeMutableBufferPointer { result in
          var output = 0
          for row in 0..<height {
            for column in 0..<target {
              var (red, green, blue) = (rounding, rounding, rounding)
              var input = (row * width + plan.starts[column]) * 3
              for index in column * plan.capacity..<column * plan.capacity + plan.counts[column] {
                red &+= Int32(source[input]) &* weights[index]
                green &+= Int32(source[input + 1]) &* weights[index]
                blue &+= Int32(source[input + 2]) &* weights[index]
                input += 3
              }
              result[output] = clipped(red)
              result[output + 1] = clipped(green)
              result[output + 2] = clipped(blue)
              output += 3
            }
          }
        }
      }
    }
    return Image(width: target, height: height, pixels: result)
  }

  private func resampledDown(to target: Int, _ filter: ResamplingFilter) -> Image {
    if target == height { return self }
    let plan = ResamplingWeights(from: height, to: target, filter)
    let weights = plan.fixedPoint
    let rowSize = width * 3
    var sums = [Int32](repeating: 0, count: rowSize)
    var result = [UInt8](repeating: 0, count: rowSize * target)
    pixels.withUnsafeBufferPointer { source in
      sums.withUnsafeMutableBufferPointer { sums in
        result.withUnsafeMutableBufferPointer { result in
          for row in 0..<target {
            sums.update(repeating: rounding)
            for index in 0..<plan.counts[row] {
              let weight = weights[row * plan.capacity + index]
              let input = (plan.starts[row] + index) * rowSize
              for offset in 0..<rowSize { sums[offset] &+= Int32(source[input + offset]) &* weight }
            }
            for offset in 0..<rowSize { result[row * rowSize + offset] = clipped(sums[offset]) }
          }
        }
      }
    }
    return Image(width: width, height: target, pixels: result)
  }
}

/// One half in the fixed point of the weights.
private let rounding = Int32(1) << (ResamplingWeights.fractionBits - 1)

private func clipped(_ sum: Int32) -> UInt8 {
  UInt8(clamping: sum >> ResamplingWeights.fractionBits)
}
