internal import LibC
import SaliencyCore

/// How an input is cut into regions that are shown or hidden as one.
public enum Superpixels: Sendable, Hashable {
  /// About so many even cells.
  case grid(count: Int)
  /// About so many regions of an image that follow its colors; the larger the compactness, the less (Achanta et al., "SLIC Superpixels Compared to
  /// State-of-the-Art Superpixel Methods", 2012).
  case slic(count: Int, compactness: Float = 0.1)
  /// Each place by itself, such as each feature of a vector.
  case places

  /// For each place the number of its region, from 0 on.
  ///
  /// Inputs that are no images are cut into even cells in place of SLIC's regions.
  func regions(of input: Tensor, channelAxis: Int?) -> Regions {
    let places = InputPlaces(of: input.shape, channelAxis: channelAxis)
    switch self {
    case .places: return Regions(labels: Array(0..<places.count))
    case .grid(let count): return Self.grid(count, places)
    case .slic(let count, let compactness):
      guard places.extents.count == 2 else {
        return Self.grid(count, places)
      }
      return SLIC(count: count, compactness: compactness).regions(of: input.values, places)
    }
  }

  /// What stands for it over tokens: each by itself, unless even cells are asked for.
  var ofTokens: Superpixels { if case .grid = self { self } else { .places } }

  private static func grid(_ count: Int, _ places: InputPlaces) -> Regions {
    let share = Double(places.count) / Double(count)
    let side = max(Int((pow(share, 1 / Double(max(places.extents.count, 1))) - 1e-9).rounded(.up)), 1)
    return Regions(
      labels: (0..<places.count).map { place in
        var (rest, label, step) = (place, 0, 1)
        for extent in places.extents.reversed() {
          label += rest % extent / side * step
          step *= (extent + side - 1) / side
          rest /= extent
        }
        return label
      })
  }
}

/// The regions of an input.
struct Regions: Sendable {
  /// For each place the number of its region, from 0 on.
  let labels: [Int]
  /// How many places each region has.
  let sizes: [Int]

  var count: Int { sizes.count }

  init(labels: [Int]) {
    self.labels = labels
    var sizes = [Int](repeating: 0, count: (labels.max() ?? -1) + 1)
    for label in labels { sizes[label] += 1 }
    self.sizes = sizes
  }

  /// A map of one channel in which the places of a region have even shares of its number.
  func map(_ numbers: [Double], shape: Shape) -> Tensor {
    Tensor(shape: shape, values: labels.map { Float(numbers[$0] / Double(sizes[$0])) })
  }
}

extension MethodOptions {
  /// The options of methods over regions.
  static let regions: [CatalogOption] = [
    .init(
      name: "regions", standard: "slic",
      summary: "slic follows colors, grid has even cells, places is each by itself"),
    .init(name: "count", standard: "50", summary: "about how many regions"),
    .init(name: "compactness", standard: "0.1", summary: "how even the regions of slic are"),
    .baseline,
  ]

  /// The regions of the options "regions" and "count".
  func superpixels() throws(SaliencyError) -> Superpixels {
    let count = try integer("count", in: 1...10_000)
    switch word("regions") {
    case "slic": return .slic(count: count, compactness: try number("compactness", in: 1e-4...1e4))
    case "grid": return .grid(count: count)
    case "places": return .places
    default: throw invalid("regions", "slic, grid or places")
    }
  }
}
