internal import Saliency

/// Spectral clustering of a class's maps: Lapuschkin et al., "Unmasking Clever Hans predictors and assessing what machines really learn" (2019),
/// after Ng, Jordan and Weiss (2001). The nearest neighbors, by the distance of unit vectors; the normalized Laplacian's eigenvectors;
/// k-means on their rows, for as many clusters as stand before the largest gap of the eigenvalues.
struct SpectralClustering: Sendable {
  /// The smallest eigenvalues of the normalized Laplacian, at most ``eigenvalueLimit``.
  let eigenvalues: [Double]
  /// For each map its row of the eigenvectors of the smallest eigenvalues; at most ``clusterLimit`` numbers.
  let coordinates: [[Double]]
  /// For each map the number of its cluster, from 0; the largest cluster is the first.
  let clusters: [Int]
  let clusterCount: Int
  /// For each map its place along the two main axes of all.
  let plane: [(x: Double, y: Double)]

  static let eigenvalueLimit = 32
  static let clusterLimit = 8
  /// How many neighbors of a map count, where there are enough.
  static let neighborCount = 10

  /// - Parameters:
  ///   - vectors: at least two, of unit length and one size.
  ///   - clusterCount: how many clusters there are; where nil, as the gap of the eigenvalues says.
  init(_ vectors: [[Double]], clusterCount given: Int? = nil, seed: Int) throws {
    let count = vectors.count
    let products = LinearAlgebra.products(
      ofRows: vectors.flatMap(\.self), count: count, length: vectors[0].count)
    let affinity = Self.affinity(products, count: count, neighbors: Self.neighborCount(among: count))
    let degrees = (0..<count).map { row in affinity[row * count..<(row + 1) * count].reduce(0, +) }
    var normalized = affinity
    for row in 0..<count {
      for column in 0..<count where normalized[row * count + column] != 0 {
        normalized[row * count + column] /= (degrees[row] * degrees[column]).squareRoot()
      }
    }
    let pairs = try LinearAlgebra.largestEigenpairs(
      of: normalized, order: count, count: min(Self.eigenvalueLimit, count))
    eigenvalues = pairs.map { 1 - $0.value }
    let clusterCount = min(given ?? Self.gap(eigenvalues), count)
    let kept = pairs.prefix(max(Self.clusterLimit, clusterCount))
    coordinates = (0..<count).map { row in kept.map { $0.vector[row] } }
    let rows = (0..<count).map { row in Self.unit(pairs.prefix(clusterCount).map { $0.vector[row] }) }
    clusters = KMeans.clusters(of: rows, count: clusterCount, seed: seed)
    self.clusterCount = (clusters.max() ?? 0) + 1
    plane = try Self.plane(products, count: count)
  }

  /// How many neighbors count among so many maps.
  static func neighborCount(among count: Int) -> Int { max(1, min(neighborCount, (count - 1) / 2)) }

  /// 1 where both maps are among each other's nearest neighbors, ½ where one is, else 0.
  private static func affinity(_ products: [Double], count: Int, neighbors: Int) -> [Double] {
    var affinity = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      let nearest = (0..<count).filter { $0 != row }.sorted {
        let (a, b) = (products[row * count + $0], products[row * count + $1])
        return a != b ? a > b : $0 < $1
      }
      for column in nearest.prefix(neighbors) {
        affinity[row * count + column] += 0.5
        affinity[column * count + row] += 0.5
      }
    }
    return affinity
  }

  /// How many eigenvalues stand before the largest gap.
  private static func gap(_ eigenvalues: [Double]) -> Int {
    let limit = min(clusterLimit, eigenvalues.count - 1)
    guard limit >= 1 else { return 1 }
    return (1...limit).max { a, b in
      let (first, second) = (eigenvalues[a] - eigenvalues[a - 1], eigenvalues[b] - eigenvalues[b - 1])
      return first != second ? first < second : a > b
    } ?? 1
  }

  private static func unit(_ row: [Double]) -> [Double] {
    let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? row.map { $0 / length } : row
  }

  /// Places along the two main axes, from the products of all pairs.
  private static func plane(_ products: [Double], count: Int) throws -> [(x: Double, y: Double)] {
    let means = (0..<count).map { row in
      products[row * count..<(row + 1) * count].reduce(0, +) / Double(count)
    }
    let mean = means.reduce(0, +) / Double(count)
    var centered = products
    for row in 0..<count {
      for column in 0..<count { centered[row * count + column] += mean - means[row] - means[column] }
    }
    let pairs = try LinearAlgebra.largestEigenpairs(of: centered, order: count, count: min(2, count))
    func place(_ axis: Int, _ row: Int) -> Double {
      axis < pairs.count ? pairs[axis].vector[row] * max(pairs[axis].value, 0).squareRoot() : 0
    }
    return (0..<count).map { (place(0, $0), place(1, $0)) }
  }
}
