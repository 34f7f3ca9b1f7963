import FoundationEssentials
import GRDB
import Saliency
import Synchronization
import Testing

@testable import SaliencyAudit

@Suite("Runs of an audit")
struct AuditRunTests {
  /// Asks the example's network about the folder `data`.
  @discardableResult
  private static func run(
    in folder: TestFolder, as name: String = "audit", _ method: Saliency.Method = .guided,
    data: String = "data", adjusting adjust: (inout AuditSettings) -> Void = { _ in },
    progress: AuditProgress.Handler? = nil
  ) async throws -> AuditSummary {
    var settings = AuditSettings(Question(method: method))
    settings.labels = try Labels(contentsOf: TestFolder.labels)
    adjust(&settings)
    return try await Audit(folder: folder.path + "/" + name).run(
      try Model(contentsOf: TestFolder.network), over: try DataSet(folder.path + "/" + data), settings,
      progress: progress)
  }

  /// The rows of a query, each as a text.
  private static func rows(_ query: String, in folder: TestFolder, _ name: String = "audit") throws
    -> [String]
  {
    let queue = try DatabaseQueue(path: folder.path + "/\(name)/audit.sqlite")
    return try queue.read { try Row.fetchAll($0, sql: query).map { "\($0)" } }
  }

  private static let everything = [
    "SELECT * FROM images",
    "SELECT path, class, width, height, scale, hex(numbers) FROM map JOIN image ON image.id = image ORDER BY path, class",
  ]

  @Test("Every image has its prediction, and the maps of what the network says and of the true class")
  func answers() async throws {
    try await TestFolder.with { folder in
      try folder.copyPictures()
      let summary = try await Self.run(in: folder, adjusting: { $0.masks = TestFolder.pictures })
      #expect((summary.images, summary.failed, summary.known, summary.masked) == (10, 0, 0, 10))
      let columns = try Self.rows("SELECT name FROM pragma_table_info('images')", in: folder)
      #expect(
        columns
          == [
            "path", "label", "predicted", "probability", "correct", "score", "inside", "border", "center_x",
            "center_y", "spread", "entropy", "sparseness", "error",
          ].map { "[name:\"\($0)\"]" })
      // The network takes trees for birds.
      let said = try Self.rows("SELECT predicted, correct FROM images ORDER BY path", in: folder)
      let expected = TestFolder.some.sorted().map { name in
        let predicted = name.contains("tree") ? "bird" : "cat"
        return "[predicted:\"\(predicted)\" correct:\(name.hasPrefix(predicted) ? 1 : 0)]"
      }
      #expect(said == expected)
      let mapCounts = try Self.rows(
        "SELECT count(*) AS n FROM map JOIN image ON image.id = image GROUP BY path ORDER BY path", in: folder
      )
      #expect(
        mapCounts
          == TestFolder.some.sorted().map { "[n:\($0.hasPrefix("bird-h") || $0.hasPrefix("cat-t") ? 2 : 1)]" }
      )

      // Each is what the library says of the image alone, up to the rounding of another size of batch.
      let model = try Model(contentsOf: TestFolder.network)
      let explainer = try await Explainer(model, method: .guided)
      let store = try AuditStore(folder: folder.path + "/audit", creates: false)
      for path in try store.paths() {
        let image = try Image(contentsOf: folder.path + "/data/" + path)
        let stored = try #require(try store.maps(ofImage: path).first)
        let attribution = try await explainer.attribution(of: image, target: .unit(stored.unit))
        #expect(abs(attribution.units[0][0].score - stored.score) < 1e-4)
        let map = try attribution.heatMap().resized(width: stored.map.width, height: stored.map.height)
        for (a, b) in zip(map.values, try stored.map.map().values) {
          #expect(abs(a - b) < 1e-3 * stored.map.scale)
        }
      }
      // The share inside the mask is that of the library.
      let inside = try Self.rows(
        "SELECT round(inside, 4) AS x FROM images WHERE path = 'bird/bird-tree-1.png'", in: folder)
      #expect(inside == ["[x:0.301]"])
    }
  }

  @Test("An audit that is ended anywhere goes on, and comes to the same bytes as one that is not")
  func resumes() async throws {
    try await TestFolder.with { folder in
      try folder.copyPictures()
      try await Self.run(in: folder, as: "whole")
      let whole = try Self.everything.map { try Self.rows($0, in: folder, "whole") }
      for limit in [1, 2] {
        let task = Task {
          try await Self.run(
            in: folder, as: "parts",
            progress: { progress in
              if progress.done - progress.known >= limit { withUnsafeCurrentTask { $0?.cancel() } }
            })
        }
        await #expect(throws: CancellationError.self) { try await task.value }
      }
      let known = try AuditStore(folder: folder.path + "/parts", creates: false).known()
      #expect((1..<10).contains(known.count), "\(known.count)")
      let summary = try await Self.run(in: folder, as: "parts")
      #expect(summary.known == known.count)
      #expect(try Self.everything.map { try Self.rows($0, in: folder, "parts") } == whole)
      // Once more there is nothing to do, and an image that has changed is asked again.
      #expect(try await Self.run(in: folder, as: "parts").known == 10)
      try folder.copy("cat-house-3", as: "data/cat/cat-house-1.png")
      #expect(try await Self.run(in: folder, as: "parts").known == 9)
      #expect(try Self.everything.map { try Self.rows($0, in: folder, "parts") } != whole)
    }
  }

  @Test("Parts of an audit come to the same as the whole")
  func shards() async throws {
    try await TestFolder.with { folder in
      try folder.copyPictures()
      try await Self.run(in: folder, as: "whole")
      for part in ["2/3", "1/3", "3/3"] {
        try await Self.run(in: folder, as: "parts", adjusting: { $0.shard = try! Shard(parsing: part) })
      }
      for query in Self.everything {
        #expect(try Self.rows(query, in: folder, "parts") == Self.rows(query, in: folder, "whole"))
      }
    }
  }

  @Test("Images that fail are told with their reasons, and the others are done")
  func failures() async throws {
    try await TestFolder.with { folder in
      try folder.copyPictures(["bird-tree-1", "cat-house-1"])
      let picture = try Data(contentsOf: URL(filePath: TestFolder.pictures + "bird-tree-2.png"))
      try folder.write(["data/bird/text.png": "no picture", "data/bird/empty.jpg": ""])
      try folder.write(picture.prefix(2_000), to: "data/bird/half.png")
      try folder.link("data/bird/lost.png", to: "nothing")
      try folder.copy("bird-tree-2", as: "data/bird/鳥 'いい'.png")
      try Tensor(shape: [3, 8, 8], values: [Float](repeating: 0, count: 192)).write(
        to: folder.path + "/data/cat/small.npy")
      let summary = try await Self.run(in: folder)
      #expect((summary.images, summary.failed) == (8, 5))
      let findings = try Audit(folder: folder.path + "/audit").findings()
      #expect(
        findings.images == 8 && findings.findings.isEmpty && findings.undecided.isEmpty && findings.tested)
      let reasons = Dictionary(uniqueKeysWithValues: findings.failed.map { ($0.path, $0.reason) })
      for (path, text) in [
        "bird/text.png": "the file is text; PNG, JPEG and WebP", "bird/empty.jpg": "empty",
        "bird/half.png": "",
        "bird/lost.png": "No such file or directory",
        "cat/small.npy": "the tensor has the shape 1×3×8×8, and the network's input for one image 1×3×96×96",
      ] {
        let reason = try #require(reasons[path])
        #expect(reason.contains(text) && !reason.contains(folder.path), "\(path): \(reason)")
      }
      // What failed is tried again.
      try folder.remove("data/bird/lost.png")
      try folder.copy("bird-tree-3", as: "data/bird/lost.png")
      let again = try await Self.run(in: folder)
      #expect((again.failed, again.known) == (4, 3))
    }
  }

  @Test("A file that vanishes while the audit runs is told, and nothing else is lost")
  func vanishes() async throws {
    try await TestFolder.with { folder in
      try folder.copyPictures()
      let data = try DataSet(folder.path + "/data")
      try folder.remove("data/cat/cat-tree-3.png")
      var settings = AuditSettings(Question(method: .guided))
      settings.labels = try Labels(contentsOf: TestFolder.labels)
      let audit = Audit(folder: folder.path + "/audit")
      let summary = try await audit.run(try Model(contentsOf: TestFolder.network), over: data, settings)
      #expect((summary.images, summary.failed) == (10, 1))
      #expect(try audit.findings().failed.map(\.path) == ["cat/cat-tree-3.png"])
    }
  }

  @Test("A folder has one audit: another model, question, label or data set is refused")
  func refuses() async throws {
    try await TestFolder.with { folder in
      try folder.copyPictures(["bird-tree-1", "cat-house-1"])
      try await Self.run(in: folder)
      func refusal(_ method: Saliency.Method = .guided, _ adjust: (inout AuditSettings) -> Void = { _ in })
        async -> String
      {
        await message { try await Self.run(in: folder, method, adjusting: adjust) } ?? "nothing is thrown"
      }
      #expect(await refusal(.gradient).contains("has the audit of another method, 'guided'"))
      #expect(
        await refusal { $0.question.preparation.mean = [0] }.contains("has the audit of another question, {"))
      #expect(await refusal { $0.labels = Labels(["bird", "mouse"]) }.contains("class 'cat' is no class"))
      try folder.write(["data.csv": "path\ndata/bird/bird-tree-1.png"])
      let other = await message { try await Self.run(in: folder, data: "data.csv") }
      #expect(other?.contains("has the audit of another data set") == true, "\(other ?? "")")
      let clean = TestFolder.repository + "/Examples/Models/bird-or-tree-clean.onnx"
      let changed = await message {
        var settings = AuditSettings(Question(method: .guided))
        settings.labels = try Labels(contentsOf: TestFolder.labels)
        try await Audit(folder: folder.path + "/audit").run(
          try Model(contentsOf: clean), over: try DataSet(folder.path + "/data"), settings)
      }
      #expect(changed?.contains("another model, 'bird-or-tree-confounded.onnx'") == true, "\(changed ?? "")")
      // A data set that has moved is the same one.
      try FileManager.default.moveItem(atPath: folder.path + "/data", toPath: folder.path + "/moved")
      #expect(try await Self.run(in: folder, data: "moved").known == 2)
    }
  }

  @Test("Two processes at one folder exclude each other, and what is no audit is left alone")
  func locks() async throws {
    try await TestFolder.with { folder in
      try folder.copyPictures(["bird-tree-1"])
      try folder.write([
        "audit/audit.lock": "", "other/audit.sqlite": "not a database, but a text that is long enough",
      ])
      let lock = try FileLock(folder.path + "/audit/audit.lock")
      let busy = await message { try await Self.run(in: folder) }
      #expect(busy?.contains("another process is at work in this folder") == true, "\(busy ?? "")")
      withExtendedLifetime(lock) {}
      let other = await message { try await Self.run(in: folder, as: "other") }
      #expect(other?.contains("damaged or no SQLite database") == true, "\(other ?? "")")
      let missing = await message { _ = try Audit(folder: folder.path).findings() }
      #expect(missing?.contains("there is no audit in this folder") == true)
      let deep = await message { try await Self.run(in: folder, as: "no/such/folder") }
      #expect(deep?.contains("the folder cannot be made: No such file or directory") == true, "\(deep ?? "")")
    }
  }

  @Test("Without labels folders are indices, and in one folder nobody says the classes")
  func unlabeled() async throws {
    try await TestFolder.with { folder in
      try folder.copy("bird-house-1", as: "data/0/a.png")
      try folder.copy("cat-house-1", as: "data/1/b.png")
      try folder.copy("cat-house-2", as: "flat/c.png")
      try await Self.run(in: folder, adjusting: { $0.labels = nil })
      try await Self.run(in: folder, as: "flat-audit", data: "flat")
      let query = "SELECT label, predicted, correct FROM images"
      #expect(
        try Self.rows(query, in: folder)
          == ["[label:\"0\" predicted:\"1\" correct:0]", "[label:\"1\" predicted:\"1\" correct:1]"])
      #expect(
        try Self.rows(query, in: folder, "flat-audit") == ["[label:NULL predicted:\"cat\" correct:NULL]"])
    }
  }
}
