internal import Saliency

/// What the report tells of a class: of its images, as far as somebody says their classes, else of those that the network takes for it.
struct ClassSummary: Sendable {
  let unit: Int
  let name: String
  /// The images that did not fail.
  let images: Int
  /// Those of them that the network says right; nil where nobody says what is right.
  let correct: Int?
  /// The means of the numbers of the maps of this class.
  let numbers: MeanNumbers
  /// The mean of the maps of this class, of each of which the magnitudes add up to 1; nil where all are zero.
  let meanMap: HeatMap?
  /// Some of the images, over the whole of the class.
  let shown: [ShownImage]
  /// The groups of its maps, where there are several.
  let groups: [Group]
  /// Where each map lies in the picture of all.
  let points: [Point]

  /// A group of the maps.
  struct Group: Sendable {
    let found: FoundCluster
    let meanMap: HeatMap?
    let shown: [ShownImage]
  }

  /// A map in the picture of all.
  struct Point: Sendable {
    let path: String
    let cluster: Int
    let x: Double
    let y: Double
  }

  /// Means over the images that have the number.
  struct MeanNumbers: Sendable {
    let inside: Double?
    let border: Double?
    let spread: Double?
    let sparseness: Double?
  }
}

/// An image that the report shows.
struct ShownImage: Sendable {
  let path: String
  let label: Int?
  let predicted: Int
  let probability: Double?
  let score: Double
  let thumbnail: [UInt8]?
  /// The maps: that of what the network says, and of an image that it takes for another class that of its own.
  let maps: [MapRecord]
}

/// Adds maps up, whatever their sizes.
struct MapSum {
  private var sum: [Double] = []
  private var size: (width: Int, height: Int)?
  private(set) var count = 0

  /// Adds the magnitudes of a map by their sum; a map of zeros is left out, and one of another size is resized.
  mutating func add(_ map: HeatMap) throws {
    if size == nil { (size, sum) = ((map.width, map.height), Array(repeating: 0, count: map.values.count)) }
    let (width, height) = size!
    let map = (map.width, map.height) == (width, height) ? map : try map.resized(width: width, height: height)
    let total = map.values.reduce(0) { $0 + Double(abs($1)) }
    guard total > 0 else { return }
    for index in sum.indices { sum[index] += Double(abs(map.values[index])) / total }
    count += 1
  }

  /// The mean; nil where there was nothing to add.
  func mean() throws -> HeatMap? {
    guard count > 0, let size else { return nil }
    return try HeatMap(
      width: size.width, height: size.height, values: sum.map { Float($0 / Double(count)) })
  }
}
