internal import Saliency

/// The clusters of a class's maps.
struct FoundClass: Sendable {
  let unit: Int
  /// The images whose maps are not zero, by their numbers in the database.
  let images: [Int64]
  let eigenvalues: [Double]
  /// For each image the number of its cluster.
  let clusters: [Int]
  /// For each image its place in the picture of all maps.
  let plane: [(x: Double, y: Double)]
  /// For each image its row of the eigenvectors.
  let coordinates: [[Double]]
  let summaries: [FoundCluster]
}

/// What is told of a cluster.
struct FoundCluster: Sendable {
  let size: Int
  /// The root of the mean squared distance of the maps' centers from their mean, in parts of the sides; small where all look at one place.
  let scatter: Double
  /// How much of the mean map lies elsewhere than that of the class's other maps: 0 where both are the same, 1 where they share nothing; nil where
  /// there are no others.
  let difference: Double?
}

extension Audit {
  /// The smallest number of maps that are grouped.
  static let smallestGroup = 4
  /// The largest; of more maps so many are grouped, and each other joins the cluster of the nearest of them.
  static let largestGroup = 5_000

  /// Groups the maps of each class, and keeps the groups.
  ///
  /// - Parameter clusterCount: how many groups each class has; where nil, as many as the maps say.
  func find(_ store: AuditStore, clusterCount: Int? = nil, seed: Int) throws {
    var found: [FoundClass] = []
    for (unit, images) in try store.classGroups() {
      if let group = try find(store, unit: unit, images, clusterCount, seed) { found.append(group) }
    }
    try store.save(found)
  }

  private func find(
    _ store: AuditStore, unit: Int, _ images: [Int64], _ clusterCount: Int?, _ seed: Int
  ) throws -> FoundClass? {
    var (kept, vectors, centers): ([Int64], [[Double]], [(x: Double, y: Double)?]) = ([], [], [])
    var size: (width: Int, height: Int)?
    for start in stride(from: 0, to: images.count, by: 500) {
      for (image, record) in try store.mapRecords(
        ofClass: unit, images: images[start..<min(start + 500, images.count)])
      {
        guard let vector = try MapVector(record.map.map()) else { continue }
        if size == nil { size = (vector.width, vector.height) }
        guard size! == (vector.width, vector.height) else { continue }
        kept.append(image)
        vectors.append(vector.values)
        centers.append(record.numbers.map { ($0.centerX, $0.centerY) })
      }
    }
    guard vectors.count >= Self.smallestGroup else { return nil }
    let found = try Self.group(vectors, clusterCount, seed)
    return FoundClass(
      unit: unit, images: kept, eigenvalues: found.clustering.eigenvalues, clusters: found.clusters,
      plane: found.nearest.map { found.clustering.plane[$0] },
      coordinates: found.nearest.map { found.clustering.coordinates[$0] },
      summaries: (0..<found.clustering.clusterCount).map { cluster in
        Self.summary(vectors, centers, found.clusters.map { $0 == cluster })
      })
  }

  /// Groups vectors; `nearest` says for each which of the grouped ones stands for it.
  private static func group(
    _ vectors: [[Double]], _ clusterCount: Int?, _ seed: Int
  ) throws -> (clustering: SpectralClustering, clusters: [Int], nearest: [Int]) {
    guard vectors.count > largestGroup else {
      let clustering = try SpectralClustering(vectors, clusterCount: clusterCount, seed: seed)
      return (clustering, clustering.clusters, Array(vectors.indices))
    }
    var random = SeededRandom(seed: seed, "landmarks")
    let landmarks = random.sample(Array(vectors.indices), largestGroup)
    let clustering = try SpectralClustering(
      landmarks.map { vectors[$0] }, clusterCount: clusterCount, seed: seed)
    var places = [Int](repeating: 0, count: vectors.count)
    for (place, landmark) in landmarks.enumerated() { places[landmark] = place }
    let chosen = Set(landmarks)
    for index in vectors.indices where !chosen.contains(index) {
      var best = (product: -1.0, place: 0)
      for (place, landmark) in landmarks.enumerated() {
        var product = 0.0
        for cell in vectors[index].indices { product += vectors[index][cell] * vectors[landmark][cell] }
        if product > best.product { best = (product, place) }
      }
      places[index] = best.place
    }
    return (clustering, places.map { clustering.clusters[$0] }, places)
  }

  private static func summary(
    _ vectors: [[Double]], _ centers: [(x: Double, y: Double)?], _ belongs: [Bool]
  ) -> FoundCluster {
    func mean(_ isWanted: Bool) -> [Double]? {
      var (sum, count) = ([Double](repeating: 0, count: vectors[0].count), 0)
      for (vector, belongs) in zip(vectors, belongs) where belongs == isWanted {
        let total = vector.reduce(0, +)
        for cell in vector.indices { sum[cell] += vector[cell] / total }
        count += 1
      }
      return count == 0 ? nil : sum.map { $0 / Double(count) }
    }
    let own = zip(centers, belongs).compactMap { $1 ? $0 : nil }
    let count = Double(max(own.count, 1))
    let center = (own.reduce(0) { $0 + $1.x } / count, own.reduce(0) { $0 + $1.y } / count)
    let squares = own.reduce(0) {
      $0 + ($1.x - center.0) * ($1.x - center.0) + ($1.y - center.1) * ($1.y - center.1)
    }
    var difference: Double?
    if let inside = mean(true), let outside = mean(false) {
      difference = zip(inside, outside).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    }
    return FoundCluster(
      size: belongs.count(where: \.self), scatter: (squares / count).squareRoot(), difference: difference)
  }
}
