import Saliency
import Testing

@testable import SaliencyAudit

@Suite("Data sets")
struct DataSetTests {
  struct Found: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: String]
    var data = ""
    /// Path, class and mask of each entry.
    let entries: [[String?]]
  }

  static let found: [Found] = [
    Found(
      testDescription: "a folder a class, in the order of bytes, with what lies deeper",
      files: ["cat/b.jpg": "", "cat/a.PNG": "", "bird/deep/c.webp": "", "bird/notes.txt": ""],
      entries: [["bird/deep/c.webp", "bird", nil], ["cat/a.PNG", "cat", nil], ["cat/b.jpg", "cat", nil]]),
    Found(
      testDescription: "one folder, whose images have no class",
      files: ["b.jpg": "", "a.npy": "", ".hidden.png": "", ".git/x.png": ""],
      entries: [["a.npy", nil, nil], ["b.jpg", nil, nil]]),
    Found(
      testDescription: "names in any script, quotes and spaces",
      files: ["鳥/さくら 1.png": "", "قط/it's.jpg": ""],
      entries: [["قط/it's.jpg", "قط", nil], ["鳥/さくら 1.png", "鳥", nil]]),
    Found(
      testDescription: "a table of comma-separated values, with quoted fields and other columns",
      files: [
        "t.csv":
          "label,path,split,mask\r\nbird,\"a, \"\"b\"\".png\",test,m.png\r\n\r\n,c.png,train,\r\n\"two\nlines\",d.png,,\n"
      ], data: "/t.csv",
      entries: [["a, \"b\".png", "bird", "m.png"], ["c.png", nil, nil], ["d.png", "two\nlines", nil]]),
    Found(
      testDescription: "a table with tabs", files: ["t.tsv": "path\tlabel\nx.png\t3"], data: "/t.tsv",
      entries: [["x.png", "3", nil]]),
    Found(
      testDescription: "JSON Lines, with labels as names and as numbers",
      files: [
        "t.jsonl":
          "{\"path\": \"b.png\", \"label\": 4, \"more\": [1]}\n\n{\"path\": \"a.png\", \"label\": \"kiwi\", \"mask\": \"m.npy\"}\n{\"path\": \"c.png\"}"
      ], data: "/t.jsonl",
      entries: [["a.png", "kiwi", "m.npy"], ["b.png", "4", nil], ["c.png", nil, nil]]),
  ]

  @Test("Images are found with their classes and masks", arguments: found)
  func finds(_ found: Found) async throws {
    try await TestFolder.with { folder in
      try folder.write(found.files)
      let data = try DataSet(folder.path + found.data)
      #expect(data.root == folder.path)
      #expect(data.entries.map { [$0.path, $0.className, $0.mask] } == found.entries)
    }
  }

  static let refused: [(files: [String: String], data: String, message: String)] = [
    (
      [:], "", "there are no images; those in the folder and below it are read, as .png .jpg .jpeg .webp .npy"
    ),
    (["a.png": "", "x/b.png": ""], "", "it has 1 images and, in folders, 1 more"),
    ([:], "/nothing", "cannot be opened: No such file or directory"),
    (["a.png": ""], "/a.png", "it is no folder and no table"),
    (["t.csv": ""], "/t.csv", "the table is empty"),
    (["t.csv": "file,label\na.png,1"], "/t.csv", "its first line names no column 'path'"),
    (["t.csv": "path,label\na.png"], "/t.csv", "line 2 has 1 fields, and the first line names 2"),
    (["t.csv": "path\n\"a.png"], "/t.csv", "a quoted field has no end"),
    (["t.csv": "path\na.png\nb.png\na.png"], "/t.csv", "line 4 names 'a.png' again, which line 2 has"),
    (["t.csv": "path,label\n,bird"], "/t.csv", "line 2 has no path"),
    (["t.csv": "path,label\n"], "/t.csv", "there are no images"),
    (["t.jsonl": "{\"path\": \"a.png\"}\n{\"file\": 1}"], "/t.jsonl", "line 2 is not as in"),
  ]

  @Test("What is no data set is refused with what would be right", arguments: refused)
  func refuses(_ refused: (files: [String: String], data: String, message: String)) async throws {
    try await TestFolder.with { folder in
      try folder.write(refused.files)
      let message = await message { _ = try DataSet(folder.path + refused.data) }
      #expect(message?.contains(refused.message) == true, "\(message ?? "nothing is thrown")")
    }
  }

  @Test("Links are followed, but not round in circles, and those that lead nowhere are told as images")
  func links() async throws {
    try await TestFolder.with { folder in
      try folder.write(["data/cat/a.png": "", "elsewhere/b.png": ""])
      try folder.link("data/bird", to: folder.path + "/elsewhere")
      try folder.link("data/cat/again", to: folder.path + "/data")
      try folder.link("data/cat/lost.png", to: folder.path + "/nothing")
      try folder.link("data/cat/self.png", to: "self.png")
      let data = try DataSet(folder.path + "/data")
      #expect(data.entries.map(\.path) == ["bird/b.png", "cat/a.png", "cat/lost.png", "cat/self.png"])
      #expect(data.circles == ["cat/again"])
    }
  }

  @Test("A mask is found by the name of its image, and is no image itself")
  func masks() async throws {
    try await TestFolder.with { folder in
      try folder.write([
        "data/bird/a.jpg": "", "data/bird/b.jpg": "", "data/bird/c.jpg": "", "data/bird/d.jpg": "",
        "masks/bird/a.png": "", "masks/bird/b-mask.npy": "", "masks/c_mask.webp": "",
        "flat/x.jpg": "", "flat/x-mask.png": "",
      ])
      let data = try DataSet(folder.path + "/data").masked(by: folder.path + "/masks/")
      let masks = folder.path + "/masks/"
      #expect(
        data.entries.map(\.mask) == [
          masks + "bird/a.png", masks + "bird/b-mask.npy", masks + "c_mask.webp", nil,
        ])
      let flat = try DataSet(folder.path + "/flat").masked(by: folder.path + "/flat")
      #expect(flat.entries.map { [$0.path, $0.mask] } == [["x.jpg", "x-mask.png"]])
      let message = await message { _ = try data.masked(by: folder.path + "/flat") }
      #expect(message == nil, "images that have a mask keep it")
      let none = await self.none(folder)
      #expect(
        none?.contains("no image has a mask in it; that of 'bird/a.jpg' would be called 'bird/a.png'") == true
      )
    }
  }

  private func none(_ folder: TestFolder) async -> String? {
    await message { _ = try DataSet(folder.path + "/data").masked(by: folder.path + "/flat") }
  }

  @Test("Names of classes are labels where all are, else indices, else an error")
  func classes() async throws {
    let labels = Labels(["bird", "cat", "7", "2"])
    func match(_ names: Set<String>, _ labels: Labels?) throws -> [String: Int] {
      try ClassMatching(names, labels: labels, count: 4, source: "data").indices
    }
    #expect(try match(["Bird", "cat"], labels) == ["Bird": 0, "cat": 1])
    #expect(try match(["7", "2"], labels) == ["7": 2, "2": 3])
    #expect(try match(["0", "2"], labels) == ["0": 0, "2": 2])
    #expect(try match(["0", "3"], nil) == ["0": 0, "3": 3])
    #expect(try match([], nil) == [:])
    for (names, labels, text): (Set<String>, Labels?, String) in [
      (
        ["bird", "dog"], labels,
        "class 'dog' is no class of the network, which has 4, counted from 0: no class is called 'dog'"
      ),
      (["bird"], nil, "there are no labels that it could be one of; give --labels"),
      (["0", "4"], nil, "class '4' is no class of the network"),
      (["-1"], labels, "class '-1' is no class"),
    ] {
      let message = await message { _ = try match(names, labels) }
      #expect(message?.contains(text) == true, "\(message ?? "nothing is thrown")")
    }
  }

  @Test("A number of images a class, and parts, are chosen the same way each time")
  func selection() async throws {
    let entries = (0..<40).map {
      DataSet.Entry(path: "\($0 % 2)/\($0).png", className: "\($0 % 2)", mask: nil)
    }
    let data = try DataSet(root: "data", .classFolders, entries)
    let (five, eight) = (
      try data.selecting(perClass: 5, seed: 1).entries, try data.selecting(perClass: 8, seed: 1).entries
    )
    #expect(five.count { $0.className == "0" } == 5 && five.count { $0.className == "1" } == 5)
    #expect(Set(five).isSubset(of: eight) && eight.count == 16)
    #expect(try data.selecting(perClass: 5, seed: 1).entries == five)
    #expect(try data.selecting(perClass: 5, seed: 2).entries != five)
    let parts = try (1...3).map { data.selecting(try Shard(parsing: "\($0)/3")).entries }
    #expect(parts.map(\.count) == [14, 13, 13] && Set(parts.joined()) == Set(data.entries))
    for text in ["0/3", "4/3", "2", "a/b", "1/0", "1/2/3"] {
      #expect(throws: SaliencyError.self) { _ = try Shard(parsing: text) }
    }
    let flat = try DataSet(root: "data", .flat, [.init(path: "a.png", className: nil, mask: nil)])
    #expect(throws: SaliencyError.self) { _ = try flat.selecting(perClass: 1, seed: 0) }
  }
}
