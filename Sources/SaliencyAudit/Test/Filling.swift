internal import Saliency

/// What takes the place of a region.
enum Filling: Int, Sendable, CaseIterable {
  /// The surroundings, blurred into the region.
  case blur
  /// One color, the mean of the surroundings.
  case mean
  /// A patch of another image.
  case patch
}

extension Image {
  /// The image with the pixels of a region from another image, which is moved by so many pixels.
  func pasting(_ other: Image, in region: Region, dx: Int = 0, dy: Int = 0) -> Image {
    var bytes = pixels
    let (width, height) = (self.width, self.height)
    other.pixels.withUnsafeBufferPointer { source in
      for row in 0..<height {
        for column in 0..<width where region.isInside[row * width + column] {
          let (x, y) = (min(max(column + dx, 0), width - 1), min(max(row + dy, 0), height - 1))
          for channel in 0..<3 {
            bytes[3 * (row * width + column) + channel] = source[3 * (y * width + x) + channel]
          }
        }
      }
    }
    return Image(width: width, height: height, pixels: bytes)
  }

  /// The image with one color in a region: the mean of what surrounds it.
  func fillingWithMean(_ region: Region) -> Image {
    let margin = max(2, min(width, height) / 10)
    let near =
      region.box?.grown(by: margin, width: width, height: height)
      ?? Region.Box(left: 0, top: 0, right: width, bottom: height)
    var ring = [Bool](repeating: false, count: width * height)
    for row in near.top..<near.bottom {
      for column in near.left..<near.right {
        ring[row * width + column] = !region.isInside[row * width + column]
      }
    }
    let color = meanColor(in: Region(ring, width: width, height: height))
    return pasting(Image(width: width, height: height, filledWith: color), in: region)
  }

  /// The image with its surroundings blurred into a region.
  func fillingWithBlur(_ region: Region) throws -> Image {
    // Coarse cells are enough for what is smooth.
    let longest = max(width, height)
    func cells(_ side: Int) -> Int { max(1, min(side, (side * 24 + longest / 2) / longest)) }
    let (across, down) = (cells(width), cells(height))
    let outside = region.isInside.map { $0 ? Float(0) : 1 }
    func smooth(_ values: [Float]) throws -> [Double] {
      let small = try HeatMap(width: width, height: height, values: values).resized(
        width: across, height: down)
      var smooth = small.values.map { Double($0) }
      // Several times one cell are as one wider Gaussian.
      for _ in 0..<3 { smooth = MapVector.smoothed(smooth, width: across, height: down) }
      return smooth
    }
    let weights = try smooth(outside)
    let mean = fillingWithMean(region)
    let some = region.isInside.firstIndex(of: true) ?? 0
    var planes: [[Float]] = []
    for channel in 0..<3 {
      let plane = outside.indices.map { outside[$0] * Float(pixels[3 * $0 + channel]) }
      let fallback = Double(mean.pixels[3 * some + channel])
      let values = zip(try smooth(plane), weights).map { sum, weight in
        // Deep inside a large region little of the surroundings is left, and their mean takes over.
        Float((sum + 0.01 * fallback) / (weight + 0.01))
      }
      planes.append(
        try HeatMap(width: across, height: down, values: values).resized(width: width, height: height).values)
    }
    let bytes = outside.indices.flatMap { place in
      planes.map { UInt8(min(max($0[place].rounded(), 0), 255)) }
    }
    return pasting(Image(width: width, height: height, pixels: bytes), in: region)
  }

  /// The mean color in a region.
  func meanColor(in region: Region) -> Color {
    var (sums, count) = ([0, 0, 0], 0)
    for place in region.isInside.indices where region.isInside[place] {
      for channel in 0..<3 { sums[channel] += Int(pixels[3 * place + channel]) }
      count += 1
    }
    let mean = sums.map { UInt8($0 / max(count, 1)) }
    return Color(red: mean[0], green: mean[1], blue: mean[2])
  }
}
