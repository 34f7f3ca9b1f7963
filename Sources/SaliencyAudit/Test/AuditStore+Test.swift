internal import FoundationEssentials
internal import GRDB
internal import Saliency

extension AuditStore {
  /// An image that a test may take.
  struct Testable: Sendable {
    let id: Int64
    let path: String
    let label: Int?
    let mask: String?
    let predicted: Int
  }

  /// All images that did not fail, in the order of their paths.
  func testable() throws -> [Testable] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT id, path, label, mask, predicted FROM image WHERE error IS NULL ORDER BY path"
      ).map {
        Testable(
          id: $0["id"], path: $0["path"], label: $0["label"], mask: $0["mask"], predicted: $0["predicted"])
      }
    }
  }

  /// Keeps what was tested in the place of what was tested before.
  func save(_ tests: [TestedCandidate], boxes: [Int64: [Double]], seed: Int) throws {
    try write { database in
      try database.execute(sql: "DELETE FROM example; DELETE FROM test_image; DELETE FROM test")
      for test in tests {
        let (candidate, removed, added) = (test.candidate, test.removed, test.added)
        let box: [Double?] = candidate.box.map { $0.map { $0 } } ?? [nil, nil, nil, nil]
        try database.execute(
          sql: """
            INSERT INTO test (class, cluster, kind, share, x0, y0, x1, y1, tried, lost, lost_control, lost_low, lost_high,
              lost_score, lost_score_control, lost_p, others, gained, gained_control, gained_low, gained_high, gained_score,
              gained_score_control, gained_p, outside, constant, content, verdict)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            candidate.unit, candidate.cluster, candidate.kind.rawValue, candidate.share, box[0], box[1],
            box[2],
            box[3], removed.count, removed.rate, removed.control, removed.low, removed.high,
            removed.scoreChange,
            removed.controlScoreChange, removed.probability, added.count, added.rate, added.control,
            added.low,
            added.high, added.scoreChange, added.controlScoreChange, added.probability, test.outside,
            test.constantShare, test.contentRatio, test.verdict.rawValue,
          ])
        let id = database.lastInsertedRowID
        for image in candidate.images {
          let own = candidate.kind == .anywhere ? boxes[image] : nil
          try database.execute(
            sql: "INSERT INTO test_image (test, image, x0, y0, x1, y1) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [id, image, own?[0], own?[1], own?[2], own?[3]])
        }
        for example in test.examples {
          try database.execute(
            sql: """
              INSERT INTO example (test, is_addition, path, before, after, said_before, said_after)
              VALUES (?, ?, ?, ?, ?, ?, ?)
              """,
            arguments: [
              id, example.isAddition, example.path, Data(example.before), Data(example.after),
              example.saidBefore,
              example.saidAfter,
            ])
        }
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO audit (key, value) VALUES ('tested', ?)", arguments: ["\(seed)"])
    }
  }

  /// Whether regions were tested, with a seed or with any.
  func isTested(seed: Int? = nil) throws -> Bool {
    let tested = try read { try String.fetchOne($0, sql: "SELECT value FROM audit WHERE key = 'tested'") }
    return tested != nil && (seed == nil || tested == seed.map { "\($0)" })
  }

  /// What was tested, each with its number.
  func tests() throws -> [(id: Int64, test: TestedCandidate)] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM test ORDER BY id").map { row in
        let id: Int64 = row["id"]
        let corner: Double? = row["x0"]
        let candidate = Candidate(
          unit: row["class"], cluster: row["cluster"], kind: .init(rawValue: row["kind"]) ?? .place,
          images: try Int64.fetchAll(
            database,
            sql: """
              SELECT image FROM test_image JOIN image ON image.id = test_image.image WHERE test = ? ORDER BY path
              """, arguments: [id]),
          share: row["share"], box: corner.map { [$0, row["y0"], row["x1"], row["y1"]] })
        var test = TestedCandidate(candidate: candidate)
        test.removed = InterventionEffect(
          rate: row["lost"], control: row["lost_control"], low: row["lost_low"], high: row["lost_high"],
          scoreChange: row["lost_score"], controlScoreChange: row["lost_score_control"],
          probability: row["lost_p"], count: row["tried"])
        test.added = InterventionEffect(
          rate: row["gained"], control: row["gained_control"], low: row["gained_low"],
          high: row["gained_high"],
          scoreChange: row["gained_score"], controlScoreChange: row["gained_score_control"],
          probability: row["gained_p"], count: row["others"])
        (test.outside, test.constantShare, test.contentRatio) = (
          row["outside"], row["constant"], row["content"]
        )
        test.verdict = .init(rawValue: row["verdict"]) ?? .none
        test.examples = try Row.fetchAll(
          database, sql: "SELECT * FROM example WHERE test = ? ORDER BY id", arguments: [id]
        ).map { row in
          TestedCandidate.Example(
            isAddition: row["is_addition"], path: row["path"], before: [UInt8](row["before"] as Data),
            after: [UInt8](row["after"] as Data), saidBefore: row["said_before"], saidAfter: row["said_after"]
          )
        }
        return (id, test)
      }
    }
  }

  /// The paths of some images.
  func paths(of images: [Int64]) throws -> [String] {
    try read { database in
      try images.compactMap {
        try String.fetchOne(database, sql: "SELECT path FROM image WHERE id = ?", arguments: [$0])
      }
    }
  }
}
