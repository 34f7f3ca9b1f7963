import FoundationEssentials
import Saliency
import Testing

@testable import SaliencyAudit

@Suite("Groups of maps")
struct FindTests {
  /// A map with a bright spot.
  private static func map(_ x: Int, _ y: Int, noise: inout SeededRandom) throws -> HeatMap {
    var values = (0..<256).map { _ in Float(0.3 * noise.unit()) }
    for row in y..<y + 3 { for column in x..<x + 3 { values[row * 16 + column] = 1 } }
    return try HeatMap(width: 16, height: 16, values: values)
  }

  @Test(
    "Maps that look at three places make three groups, in any order and for any seed", arguments: [0, 1, 7])
  func groups(seed: Int) throws {
    var noise = SeededRandom(seed: seed, "noise")
    let places = [(1, 1), (11, 2), (6, 12)]
    let truth = (0..<120).map { ($0 * 7) % 10 < 5 ? 0 : $0 % 3 == 0 ? 1 : 2 }
    let vectors = try truth.map { number -> [Double] in
      let (x, y) = places[number]
      let vector = try MapVector(
        Self.map(x, y, noise: &noise))
      return try #require(vector).values
    }
    let found = try SpectralClustering(vectors, seed: seed)
    #expect(found.clusterCount == 3)
    for a in truth.indices {
      for b in truth.indices { #expect((truth[a] == truth[b]) == (found.clusters[a] == found.clusters[b])) }
    }
    // Three parts without neighbors in each other: the eigenvalue 0 three times, and then a gap.
    #expect(found.eigenvalues.prefix(3).allSatisfy { abs($0) < 1e-12 })
    #expect(found.eigenvalues[3] > 0.05)
    #expect(zip(found.eigenvalues, found.eigenvalues.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
    #expect(try SpectralClustering(vectors, clusterCount: 2, seed: seed).clusterCount == 2)
  }

  @Test("Eigenvalues and eigenvectors are those of the definition")
  func eigenvectors() throws {
    var random = SeededRandom(seed: 3, "matrix")
    let rows = (0..<8 * 5).map { _ in random.unit() - 0.5 }
    let matrix = LinearAlgebra.products(ofRows: rows, count: 8, length: 5)
    for (a, b) in [(0, 0), (2, 5), (5, 2), (7, 7)] {
      let product = (0..<5).reduce(0) { $0 + rows[a * 5 + $1] * rows[b * 5 + $1] }
      #expect(abs(matrix[a * 8 + b] - product) < 1e-15)
    }
    let pairs = try LinearAlgebra.largestEigenpairs(of: matrix, order: 8, count: 4)
    #expect(pairs.count == 4)
    for (value, vector) in pairs {
      for row in 0..<8 {
        let product = (0..<8).reduce(0) { $0 + matrix[row * 8 + $1] * vector[$1] }
        #expect(abs(product - value * vector[row]) < 1e-14)
      }
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-14)
    }
    #expect(pairs[0].value >= pairs[1].value && pairs[2].value >= pairs[3].value)
    var damaged = matrix
    damaged[3] = .nan
    #expect(throws: SaliencyError.self) {
      try LinearAlgebra.largestEigenpairs(of: damaged, order: 8, count: 2)
    }
  }

  @Test(
    "A map of zeros is no vector, and any other has the length 1 and at most 32 cells a side",
    arguments: [(8, 4), (64, 48), (1, 64)])
  func vectors(width: Int, height: Int) throws {
    let count = width * height
    #expect(
      try MapVector(HeatMap(width: width, height: height, values: Array(repeating: 0, count: count))) == nil)
    let map = try HeatMap(
      width: width, height: height, values: (0..<count).map { $0 % 3 == 0 ? -1e-20 : 2e-20 })
    let vector = try #require(try MapVector(map))
    #expect(abs(vector.values.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
    #expect(vector.width <= 32 && vector.height <= 32 && vector.values.count == vector.width * vector.height)
  }

  @Test("An audit keeps the groups, and does not group a class of three")
  func kept() async throws {
    try await TestFolder.with { folder in
      let audit = try await AuditReportTests.audit(in: folder)
      let store = try AuditStore(folder: audit.folder, creates: false)
      // Five birds and five cats, less those whose maps are zero.
      for unit in [0, 1] {
        let embedding = try store.embedding(ofClass: unit)
        #expect(4...5 ~= embedding.count)
        let clusters = try store.clusters(ofClass: unit)
        #expect(clusters.reduce(0) { $0 + $1.size } == embedding.count)
        #expect(Set(embedding.map(\.cluster)) == Set(clusters.indices))
        #expect(clusters.allSatisfy { 0..<0.5 ~= $0.scatter && 0...1 ~= $0.difference ?? 0 })
      }
      // Ten images are too few to test anything.
      #expect(try store.isTested() && store.tests().isEmpty)
    }
  }
}
