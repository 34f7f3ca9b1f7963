internal import FoundationEssentials
internal import GRDB
internal import Saliency

extension AuditStore {
  /// The maps of a class for some images, with the images' numbers.
  func mapRecords(ofClass unit: Int, images: ArraySlice<Int64>) throws -> [(image: Int64, record: MapRecord)]
  {
    try read { database in
      try images.compactMap { image in
        try Row.fetchOne(
          database, sql: "SELECT * FROM map WHERE image = ? AND class = ?", arguments: [image, unit]
        ).map { (image, MapRecord($0)) }
      }
    }
  }

  /// Keeps the groups of all classes in the place of earlier ones, and forgets what was tested of those.
  func save(_ found: [FoundClass]) throws {
    try write { database in
      try database.execute(
        sql: """
          DELETE FROM embedding; DELETE FROM cluster; DELETE FROM spectrum;
          DELETE FROM example; DELETE FROM test_image; DELETE FROM test; DELETE FROM audit WHERE key = 'tested'
          """)
      for group in found {
        for (place, value) in group.eigenvalues.enumerated() {
          try database.execute(
            sql: "INSERT INTO spectrum (class, place, eigenvalue) VALUES (?, ?, ?)",
            arguments: [group.unit, place, value])
        }
        for (number, cluster) in group.summaries.enumerated() {
          try database.execute(
            sql: "INSERT INTO cluster (class, number, size, scatter, difference) VALUES (?, ?, ?, ?, ?)",
            arguments: [group.unit, number, cluster.size, cluster.scatter, cluster.difference])
        }
        for (index, image) in group.images.enumerated() {
          let coordinates = group.coordinates[index].reduce(into: Data()) { data, number in
            withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
          }
          try database.execute(
            sql: "INSERT INTO embedding (class, image, cluster, x, y, coordinates) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
              group.unit, image, group.clusters[index], group.plane[index].x, group.plane[index].y,
              coordinates,
            ])
        }
      }
    }
  }

  /// Whether maps have been grouped.
  func isGrouped() throws -> Bool {
    try read { try Int.fetchOne($0, sql: "SELECT 1 FROM embedding LIMIT 1") == 1 }
  }

  /// The images of a class with their clusters and their places in the picture of all its maps.
  func embedding(ofClass unit: Int) throws -> [(image: Int64, cluster: Int, x: Double, y: Double)] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT embedding.image, cluster, x, y FROM embedding JOIN image ON image.id = embedding.image
          WHERE class = ? ORDER BY path
          """, arguments: [unit]
      ).map { ($0["image"], $0["cluster"], $0["x"], $0["y"]) }
    }
  }

  /// The clusters of a class, the largest first.
  func clusters(ofClass unit: Int) throws -> [FoundCluster] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM cluster WHERE class = ? ORDER BY number", arguments: [unit]
      ).map { FoundCluster(size: $0["size"], scatter: $0["scatter"], difference: $0["difference"]) }
    }
  }
}
