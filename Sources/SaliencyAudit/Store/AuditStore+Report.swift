internal import FoundationEssentials
internal import GRDB
internal import Saliency

extension AuditStore {
  /// The class that an image counts for: the one that it shows, or where nobody says it the one that the network says.
  private static let group = "coalesce(label, predicted)"

  /// The images of each class that did not fail, in the order of their paths.
  func classGroups() throws -> [(unit: Int, images: [Int64])] {
    try read { database in
      var groups: [(unit: Int, images: [Int64])] = []
      let rows = try Row.fetchCursor(
        database,
        sql: "SELECT \(Self.group) AS unit, id FROM image WHERE error IS NULL ORDER BY unit, path")
      while let row = try rows.next() {
        let unit: Int = row["unit"]
        if groups.last?.unit != unit { groups.append((unit, [])) }
        groups[groups.count - 1].images.append(row["id"])
      }
      return groups
    }
  }

  /// The maps of a class for some images.
  func maps(ofClass unit: Int, images: ArraySlice<Int64>) throws -> [StoredMap] {
    try read { database in
      try images.compactMap { image in
        try Row.fetchOne(
          database, sql: "SELECT * FROM map WHERE image = ? AND class = ?", arguments: [image, unit]
        ).map { MapRecord($0).map }
      }
    }
  }

  /// The means of the numbers of the maps of a class, over the images that count for it.
  func meanNumbers(ofClass unit: Int) throws -> ClassSummary.MeanNumbers {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT avg(inside) AS inside, avg(border) AS border, avg(spread) AS spread,
            avg(sparseness) AS sparseness
          FROM map JOIN image ON image.id = map.image
          WHERE \(Self.group) = ? AND map.class = ? AND error IS NULL
          """, arguments: [unit, unit])!
      return .init(
        inside: row["inside"], border: row["border"], spread: row["spread"], sparseness: row["sparseness"])
    }
  }

  /// How many images that show a class the network says right; nil where none is known to show it.
  func correctCount(ofClass unit: Int) throws -> Int? {
    try read {
      try Int.fetchOne(
        $0, sql: "SELECT sum(label = predicted) FROM image WHERE label = ? AND error IS NULL",
        arguments: [unit])
    }
  }

  /// How many images the network says right, and how many have a class.
  func correctCount() throws -> (correct: Int, labeled: Int) {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT coalesce(sum(label = predicted), 0) AS correct, count(label) AS labeled
          FROM image WHERE error IS NULL
          """)!
      return (row["correct"], row["labeled"])
    }
  }

  /// The pairs of classes that the network mistakes, most often first.
  func confusions() throws -> [(label: Int, predicted: Int, count: Int)] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT label, predicted, count(*) AS n FROM image WHERE label != predicted AND error IS NULL
          GROUP BY label, predicted ORDER BY n DESC, label, predicted
          """
      ).map { ($0["label"], $0["predicted"], $0["n"]) }
    }
  }

  /// The images that the network takes for another class, those first of which it is most certain.
  func mistakenImages(limit: Int) throws -> [Int64] {
    try read {
      try Int64.fetchAll(
        $0,
        sql: """
          SELECT id FROM image WHERE label != predicted AND error IS NULL
          ORDER BY probability DESC, score DESC, path LIMIT ?
          """, arguments: [limit])
    }
  }

  /// An image with its maps.
  func shownImage(_ id: Int64) throws -> ShownImage {
    try read { database in
      let row = try Row.fetchOne(database, sql: "SELECT * FROM image WHERE id = ?", arguments: [id])!
      let maps = try Row.fetchAll(
        database, sql: "SELECT * FROM map WHERE image = ? ORDER BY class != ?",
        arguments: [id, row["predicted"] as Int])
      return ShownImage(
        path: row["path"], label: row["label"], predicted: row["predicted"], probability: row["probability"],
        score: row["score"], thumbnail: (row["thumbnail"] as Data?).map { [UInt8]($0) },
        maps: maps.map(MapRecord.init))
    }
  }
}
