internal import GRDB

/// The tables of `audit.sqlite`, which `Documentation/Audit.md` describes. A change of them needs a new version.
enum AuditSchema {
  /// The version, which SQLite keeps as `user_version`.
  static let version = 1
  /// What tells such a file from other SQLite files: "SALA".
  static let applicationID = 0x5341_4C41

  static let statements = """
    CREATE TABLE audit (
      key TEXT PRIMARY KEY NOT NULL,
      value TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      started TEXT NOT NULL,
      invocation TEXT NOT NULL,
      version TEXT NOT NULL,
      onednn TEXT NOT NULL,
      instructions TEXT NOT NULL,
      precision TEXT NOT NULL
    );
    CREATE TABLE class (
      id INTEGER PRIMARY KEY,
      name TEXT
    );
    CREATE TABLE image (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL UNIQUE,
      sha256 TEXT,
      label INTEGER REFERENCES class(id),
      mask TEXT,
      predicted INTEGER REFERENCES class(id),
      probability REAL,
      score REAL,
      thumbnail BLOB,
      error TEXT
    );
    CREATE TABLE map (
      image INTEGER NOT NULL REFERENCES image(id) ON DELETE CASCADE,
      class INTEGER NOT NULL REFERENCES class(id),
      probability REAL,
      score REAL NOT NULL,
      inside REAL,
      border REAL,
      center_x REAL,
      center_y REAL,
      spread REAL,
      entropy REAL,
      sparseness REAL,
      width INTEGER NOT NULL,
      height INTEGER NOT NULL,
      scale REAL NOT NULL,
      numbers BLOB NOT NULL,
      PRIMARY KEY (image, class)
    ) WITHOUT ROWID;
    CREATE TABLE spectrum (
      class INTEGER NOT NULL REFERENCES class(id),
      place INTEGER NOT NULL,
      eigenvalue REAL NOT NULL,
      PRIMARY KEY (class, place)
    ) WITHOUT ROWID;
    CREATE TABLE cluster (
      class INTEGER NOT NULL REFERENCES class(id),
      number INTEGER NOT NULL,
      size INTEGER NOT NULL,
      scatter REAL NOT NULL,
      difference REAL,
      PRIMARY KEY (class, number)
    ) WITHOUT ROWID;
    CREATE TABLE embedding (
      class INTEGER NOT NULL REFERENCES class(id),
      image INTEGER NOT NULL REFERENCES image(id) ON DELETE CASCADE,
      cluster INTEGER NOT NULL,
      x REAL NOT NULL,
      y REAL NOT NULL,
      coordinates BLOB NOT NULL,
      PRIMARY KEY (class, image)
    ) WITHOUT ROWID;
    CREATE TABLE test (
      id INTEGER PRIMARY KEY,
      class INTEGER NOT NULL REFERENCES class(id),
      cluster INTEGER,
      kind TEXT NOT NULL,
      share REAL NOT NULL,
      x0 REAL, y0 REAL, x1 REAL, y1 REAL,
      tried INTEGER NOT NULL,
      lost REAL NOT NULL, lost_control REAL NOT NULL, lost_low REAL NOT NULL, lost_high REAL NOT NULL,
      lost_score REAL NOT NULL, lost_score_control REAL NOT NULL, lost_p REAL NOT NULL,
      others INTEGER NOT NULL,
      gained REAL NOT NULL, gained_control REAL NOT NULL, gained_low REAL NOT NULL, gained_high REAL NOT NULL,
      gained_score REAL NOT NULL, gained_score_control REAL NOT NULL, gained_p REAL NOT NULL,
      outside REAL,
      constant REAL,
      content REAL,
      verdict TEXT NOT NULL
    );
    CREATE TABLE test_image (
      test INTEGER NOT NULL REFERENCES test(id) ON DELETE CASCADE,
      image INTEGER NOT NULL REFERENCES image(id) ON DELETE CASCADE,
      x0 REAL, y0 REAL, x1 REAL, y1 REAL,
      PRIMARY KEY (test, image)
    ) WITHOUT ROWID;
    CREATE TABLE example (
      id INTEGER PRIMARY KEY,
      test INTEGER NOT NULL REFERENCES test(id) ON DELETE CASCADE,
      is_addition INTEGER NOT NULL,
      path TEXT NOT NULL,
      before BLOB NOT NULL,
      after BLOB NOT NULL,
      said_before INTEGER NOT NULL,
      said_after INTEGER NOT NULL
    );
    CREATE VIEW images AS
      SELECT
        image.path AS path,
        coalesce(shown.name, CAST(image.label AS TEXT)) AS label,
        coalesce(said.name, CAST(image.predicted AS TEXT)) AS predicted,
        image.probability AS probability,
        image.label = image.predicted AS correct,
        image.score AS score,
        map.inside AS inside,
        map.border AS border,
        map.center_x AS center_x,
        map.center_y AS center_y,
        map.spread AS spread,
        map.entropy AS entropy,
        map.sparseness AS sparseness,
        image.error AS error
      FROM image
      LEFT JOIN class AS shown ON shown.id = image.label
      LEFT JOIN class AS said ON said.id = image.predicted
      LEFT JOIN map ON map.image = image.id AND map.class = image.predicted
      ORDER BY image.path;
    """

  /// Makes the tables in an empty file.
  static func create(in database: Database) throws {
    try database.execute(sql: statements)
    try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
  }
}
