internal import Saliency

/// Whether a region has the same content in all images, as no object has: a mark, a frame, a caption.
///
/// A measure is the ratio of two distances of pixels: how far apart images of the candidate are, and how far images of other classes are from them.
/// What the class itself varies by (color, size, light) is in the first, so that an object's ratio is near 1. `Documentation/Audit.md`
/// tells what was measured on clean sets.
enum Repetition {
  /// The largest ratio at which the same content repeats.
  static let threshold = 0.2
  /// The smallest distance from other classes, in steps of 8-bit colors: less is noise.
  static let smallestDifference = 10.0
  /// The part of a region's pixels that have to repeat.
  static let pixelShare = 0.3
  /// How many images give a template, and in how many of the candidate and of others it is looked for.
  static let templateCount = 5
  static let comparedCount = 10
  /// The longest side of the images that are compared.
  static let side = 64

  /// The part of the pixels of a region that are the same in all of some images, and not in others.
  ///
  /// For a pixel: the median distance of the images' colors from their median color, by that of the others' colors from it.
  static func constantShare(_ region: Region, in images: [Image], against others: [Image]) -> Double {
    guard images.count > 2, others.count > 2 else { return 0 }
    var (constant, count) = (0, 0)
    for place in region.isInside.indices where region.isInside[place] {
      count += 1
      func color(_ image: Image) -> [Double] { (0..<3).map { Double(image.pixels[3 * place + $0]) } }
      let own = images.map(color)
      let center = (0..<3).map { channel in Statistics.median(own.map { $0[channel] }) }
      func distance(_ color: [Double]) -> Double {
        (zip(color, center).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 3).squareRoot()
      }
      let (near, far) = (
        Statistics.median(own.map(distance)), Statistics.median(others.map { distance(color($0)) })
      )
      if far >= smallestDifference, near <= threshold * far { constant += 1 }
    }
    return count == 0 ? 0 : Double(constant) / Double(count)
  }

  /// How well the content of a region is found again, wherever it may lie: the median over some templates of the ratio of the distances to the best places
  /// of the candidate's other images, and of the others'. Half of a template's pixels count, those that fit best, since a box is never exactly round a mark.
  ///
  /// - Parameters:
  ///   - boxes: the region of each image.
  /// - Returns: nil where no template has contrast.
  static func contentRatio(
    _ images: [Image], _ boxes: [Region.Box], against others: [Image], _ random: inout SeededRandom
  ) throws -> Double? {
    let small = try images.map(shrunk)
    let smallOthers = try random.sample(others, comparedCount).map(shrunk)
    let numbers = random.sample(Array(images.indices), templateCount)
    let compared = random.sample(Array(images.indices), comparedCount)
    var ratios: [Double] = []
    for number in numbers {
      let (image, whole) = (small[number], images[number])
      let box = PlaceScan.scaled(
        boxes[number], from: (whole.width, whole.height), to: (image.width, image.height))
      guard box.area >= 4, let template = Template(image, box) else { continue }
      let own = compared.filter { $0 != number }.map { template.distance(toBestPlaceIn: small[$0]) }
      let far = Statistics.median(smallOthers.map { template.distance(toBestPlaceIn: $0) })
      guard far >= smallestDifference / 2 else { continue }
      ratios.append(Statistics.median(own) / far)
    }
    return ratios.count >= max(2, numbers.count / 2) ? Statistics.median(ratios) : nil
  }

  private static func shrunk(_ image: Image) throws -> Image {
    let longest = max(image.width, image.height)
    guard longest > side else { return image }
    return try image.resized(
      width: max(1, image.width * side / longest), height: max(1, image.height * side / longest),
      filter: .bilinear)
  }

  /// A piece of an image that is looked for in others: some of its pixels, evenly over it.
  private struct Template {
    let box: Region.Box
    /// The pixels by their places in the box, with their three values.
    private let points: [(x: Int, y: Int, red: Int, green: Int, blue: Int)]

    /// The least contrast that a template needs, in steps of 8-bit colors: a flat color is found everywhere.
    static let contrast = 8.0
    /// How many pixels of a side are compared at most.
    static let pointsPerSide = 7

    init?(_ image: Image, _ box: Region.Box) {
      self.box = box
      var points: [(x: Int, y: Int, red: Int, green: Int, blue: Int)] = []
      for y in stride(from: 0, to: box.height, by: (box.height - 1) / Self.pointsPerSide + 1) {
        for x in stride(from: 0, to: box.width, by: (box.width - 1) / Self.pointsPerSide + 1) {
          let color = image[box.left + x, box.top + y]
          points.append((x, y, Int(color.red), Int(color.green), Int(color.blue)))
        }
      }
      self.points = points
      func variance(_ values: [Int]) -> Double {
        let mean = Statistics.mean(values.map(Double.init))
        return Statistics.mean(values.map { (Double($0) - mean) * (Double($0) - mean) })
      }
      let variances = [points.map(\.red), points.map(\.green), points.map(\.blue)].map(variance)
      guard Statistics.mean(variances).squareRoot() >= Self.contrast else { return nil }
    }

    /// The root of the mean squared distance of the better half of the pixels, at the place where it is smallest.
    func distance(toBestPlaceIn image: Image) -> Double {
      var best = Int.max
      let half = max(1, points.count / 2)
      var distances = [Int](repeating: 0, count: points.count)
      image.pixels.withUnsafeBufferPointer { other in
        for top in 0...image.height - box.height {
          for left in 0...image.width - box.width {
            for (index, point) in points.enumerated() {
              let place = 3 * ((top + point.y) * image.width + left + point.x)
              let red = point.red - Int(other[place])
              let green = point.green - Int(other[place + 1])
              let blue = point.blue - Int(other[place + 2])
              distances[index] = red * red + green * green + blue * blue
            }
            distances.sort()
            best = min(best, distances[..<half].reduce(0, +))
          }
        }
      }
      return (Double(best) / Double(3 * half)).squareRoot()
    }
  }
}
