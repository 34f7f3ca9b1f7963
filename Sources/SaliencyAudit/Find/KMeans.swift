/// k-means, begun by k-means++ (Arthur and Vassilvitskii 2007), the best of several starts.
enum KMeans {
  static let startCount = 10
  static let roundLimit = 300

  /// For each row the number of its cluster, from 0; the largest cluster is the first. An empty cluster vanishes.
  static func clusters(of rows: [[Double]], count: Int, seed: Int) -> [Int] {
    guard count > 1, rows.count > 1 else { return Array(repeating: 0, count: rows.count) }
    var random = SeededRandom(seed: seed, "k-means")
    var best: (error: Double, clusters: [Int]) = (.infinity, [])
    for _ in 0..<startCount {
      let run = one(rows, count, &random)
      if run.error < best.error { best = run }
    }
    var sizes = [Int: (size: Int, first: Int)]()
    for (index, cluster) in best.clusters.enumerated() { sizes[cluster, default: (0, index)].size += 1 }
    let order = sizes.sorted { a, b in
      a.value.size != b.value.size ? a.value.size > b.value.size : a.value.first < b.value.first
    }
    let numbers = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1.key, $0) })
    return best.clusters.map { numbers[$0]! }
  }

  private static func one(
    _ rows: [[Double]], _ count: Int, _ random: inout SeededRandom
  ) -> (error: Double, clusters: [Int]) {
    var centers = [rows[random.index(below: rows.count)]]
    var nearest = rows.map { distance($0, centers[0]) }
    while centers.count < count {
      var place = random.unit() * nearest.reduce(0, +)
      let chosen =
        nearest.firstIndex {
          place -= $0; return place < 0
        } ?? rows.count - 1
      centers.append(rows[chosen])
      for (index, row) in rows.enumerated() {
        nearest[index] = min(nearest[index], distance(row, rows[chosen]))
      }
    }
    var clusters = [Int](repeating: -1, count: rows.count)
    for _ in 0..<roundLimit {
      let next = rows.map { row in
        centers.indices.min { distance(row, centers[$0]) < distance(row, centers[$1]) }!
      }
      guard next != clusters else { break }
      clusters = next
      for center in centers.indices {
        let own = rows.indices.filter { clusters[$0] == center }
        guard !own.isEmpty else { continue }
        centers[center] = centers[center].indices.map { axis in
          own.reduce(0) { $0 + rows[$1][axis] } / Double(own.count)
        }
      }
    }
    return (zip(rows, clusters).reduce(0) { $0 + distance($1.0, centers[$1.1]) }, clusters)
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += (a[index] - b[index]) * (a[index] - b[index]) }
    return sum
  }
}
