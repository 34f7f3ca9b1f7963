internal import FoundationEssentials
internal import GRDB
internal import Saliency

/// The file `audit.sqlite`: what is known of every image.
struct AuditStore: Sendable {
  let path: String
  private let queue: DatabaseQueue

  static let fileName = "audit.sqlite"

  /// What is known of an image that did not fail.
  struct Known: Sendable {
    let sha256: String
    let label: Int?
    let mask: String?
  }

  /// Opens the file in a folder.
  ///
  /// - Parameter creates: whether it is made where it is missing.
  /// - Throws: `SaliencyError` where there is none, or it is something else, or of a later version.
  init(folder: String, creates: Bool) throws {
    let path = folder + "/" + Self.fileName
    self.path = path
    guard creates || OutputFile(path).exists else {
      throw SaliencyError(
        .unreadable, "there is no audit in this folder; 'saliency audit MODEL DATA -o FOLDER' makes one",
        file: folder)
    }
    queue = try Self.reporting(path) {
      var configuration = Configuration()
      configuration.journalMode = .wal
      configuration.busyMode = .timeout(10)
      return try DatabaseQueue(path: path, configuration: configuration)
    }
    try Self.reporting(path) {
      try queue.write { database in
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if version == 0, application == 0, try database.isEmpty {
          return try AuditSchema.create(in: database)
        }
        guard application == AuditSchema.applicationID else {
          throw SaliencyError(.invalidFile, "it is a database of something else", file: path)
        }
        guard version == AuditSchema.version else {
          throw SaliencyError(
            .invalidFile,
            "its tables are of version \(version); this version of the package knows \(AuditSchema.version)",
            file: path)
        }
      }
    }
  }

  /// Runs a body, whose errors of the database are told as ours.
  private static func reporting<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw SaliencyError(database: error, path)
    }
  }

  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.reporting(path) { try queue.read(body) }
  }

  func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.reporting(path) { try queue.write(body) }
  }

  /// Moves what stands in the write-ahead log into the file itself.
  func finish() throws {
    try Self.reporting(path) {
      _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }
  }

  // MARK: What it is of

  /// What the audit is of; nil where nothing has been asked yet.
  func identity() throws -> AuditIdentity? {
    try read { database in
      let rows = try Row.fetchAll(database, sql: "SELECT key, value FROM audit")
      let values = Dictionary(rows.map { ($0["key"] as String, $0["value"] as String) }) { first, _ in first }
      guard let question = values["question"] else { return nil }
      return AuditIdentity(
        modelName: values["model"] ?? "", modelDigest: values["model_sha256"] ?? "", question: question,
        method: values["method"] ?? "",
        classNames: try Row.fetchAll(database, sql: "SELECT name FROM class ORDER BY id").map { $0["name"] },
        data: values["data"] ?? "", arrangement: values["arrangement"] ?? "")
    }
  }

  /// Writes down what the audit is of.
  func setIdentity(_ identity: AuditIdentity) throws {
    try write { database in
      let values = [
        "model": identity.modelName, "model_sha256": identity.modelDigest, "question": identity.question,
        "question_sha256": FileContents.sha256(of: identity.question), "method": identity.method,
        "data": identity.data, "arrangement": identity.arrangement,
      ]
      for (key, value) in values {
        try database.execute(
          sql: "INSERT OR REPLACE INTO audit (key, value) VALUES (?, ?)", arguments: [key, value])
      }
      for (index, name) in identity.classNames.enumerated() {
        try database.execute(
          sql: "INSERT OR IGNORE INTO class (id, name) VALUES (?, ?)", arguments: [index, name])
      }
    }
  }

  /// Writes down that a run began.
  func addRun(_ invocation: String, started: String, _ computation: Recipe.Computation) throws {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO run (started, invocation, version, onednn, instructions, precision)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          started, invocation, computation.version, computation.oneDNN, computation.instructions,
          computation.precision.rawValue,
        ])
    }
  }

  /// The runs so far, by what was typed and what they were computed with.
  func runs() throws -> [(invocation: String, computation: String)] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM run ORDER BY id").map { row in
        let (version, onednn, instructions): (String, String, String) = (
          row["version"], row["onednn"], row["instructions"]
        )
        return (
          row["invocation"], "\(version), oneDNN \(onednn), \(instructions), \(row["precision"] as String)"
        )
      }
    }
  }

  // MARK: Images

  /// The images that did not fail, by the bytes of their paths.
  func known() throws -> [[UInt8]: Known] {
    try read { database in
      var known: [[UInt8]: Known] = [:]
      let rows = try Row.fetchCursor(
        database,
        sql: "SELECT path, sha256, label, mask FROM image WHERE error IS NULL AND sha256 IS NOT NULL")
      while let row = try rows.next() {
        known[Array((row["path"] as String).utf8)] = Known(
          sha256: row["sha256"], label: row["label"], mask: row["mask"])
      }
      return known
    }
  }

  /// The paths of all images.
  func paths() throws -> [String] {
    try read { try String.fetchAll($0, sql: "SELECT path FROM image ORDER BY path") }
  }

  /// The maps of an image: that of what the network says first.
  func maps(ofImage path: String) throws -> [MapRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT map.* FROM map JOIN image ON image.id = map.image WHERE path = ?
          ORDER BY map.class != image.predicted
          """, arguments: [path]
      ).map(MapRecord.init)
    }
  }

  /// How many images there are, with those that failed.
  func imageCount() throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM image") ?? 0 }
  }

  /// The images that failed, and why.
  func failures() throws -> [(path: String, reason: String)] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT path, error FROM image WHERE error IS NOT NULL ORDER BY path")
        .map { ($0["path"], $0["error"]) }
    }
  }

  /// Writes images, all of them or none; each takes the place of what was there of its path.
  func save(_ records: [ImageRecord]) throws {
    try write { database in
      for record in records { try Self.save(record, in: database) }
    }
  }

  private static func save(_ record: ImageRecord, in database: Database) throws {
    let predicted = record.answer?.predicted
    let id = try Int64.fetchOne(
      database,
      sql: """
        INSERT INTO image (path, sha256, label, mask, predicted, probability, score, thumbnail, error)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (path) DO UPDATE SET
          sha256 = excluded.sha256, label = excluded.label, mask = excluded.mask, predicted = excluded.predicted,
          probability = excluded.probability, score = excluded.score, thumbnail = excluded.thumbnail,
          error = excluded.error
        RETURNING id
        """,
      arguments: [
        record.path, record.sha256, record.label, record.mask, predicted?.unit, predicted?.probability,
        predicted?.score, record.answer?.thumbnail.map { Data($0) }, record.error,
      ])
    try database.execute(sql: "DELETE FROM map WHERE image = ?", arguments: [id])
    for map in record.answer?.maps ?? [] {
      let numbers = map.numbers
      try database.execute(
        sql: """
          INSERT INTO map (image, class, probability, score, inside, border, center_x, center_y, spread, entropy,
            sparseness, width, height, scale, numbers)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, map.unit, map.probability, map.score, numbers?.inside, numbers?.border, numbers?.centerX,
          numbers?.centerY, numbers?.spread, numbers?.entropy, numbers?.sparseness, map.map.width,
          map.map.height, map.map.scale, Data(map.map.values),
        ])
    }
  }
}

extension MapRecord {
  /// What stands in a row of the table of maps.
  init(_ row: Row) {
    unit = row["class"]
    (score, probability) = (row["score"], row["probability"])
    map = StoredMap(
      width: row["width"], height: row["height"], scale: row["scale"], values: [UInt8](row["numbers"] as Data)
    )
    numbers = (row["border"] as Double?).map { border in
      MapNumbers(
        inside: row["inside"], border: border, centerX: row["center_x"], centerY: row["center_y"],
        spread: row["spread"], entropy: row["entropy"], sparseness: row["sparseness"])
    }
  }
}

extension Database {
  /// Whether there are no tables.
  fileprivate var isEmpty: Bool {
    get throws { try Int.fetchOne(self, sql: "SELECT count(*) FROM sqlite_master") == 0 }
  }
}

extension SaliencyError {
  /// What a failure of the database means.
  fileprivate init(database error: DatabaseError, _ path: String) {
    let reason = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_FULL:
      self.init(
        .unwritable,
        "the disk is full; what was finished before is kept, and the same command goes on from there",
        file: path)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self.init(.unwritable, "the audit cannot be written: \(reason)", file: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(.unwritable, "another program keeps the audit from being written", file: path)
    case .SQLITE_NOTADB, .SQLITE_CORRUPT:
      self.init(.invalidFile, "the file is damaged or no SQLite database: \(reason)", file: path)
    case .SQLITE_IOERR:
      self.init(
        .unwritable, "the audit cannot be read or written (\(reason)); what was finished before is kept",
        file: path)
    default: self.init(.invalidFile, "the audit's database fails: \(reason)", file: path)
    }
  }
}
