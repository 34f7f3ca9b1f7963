import FileAccess
import SaliencyCore
import Testing

@testable import KerasFormat

@Suite("Opening a Keras file") struct KerasModelFileTests {
  @Test("gives its container, its version and its architecture", arguments: try FileFixtures.readable())
  func parts(fixture: FileFixtures.Readable) throws {
    let file = try KerasModelFile(contentsOf: FileFixtures.path(fixture.file))
    #expect("\(file.container)" == fixture.container)
    #expect(file.kerasVersion == fixture.version)
    #expect(file.configuration["class_name"]?.text == "Sequential")
    #expect(file.weights.path == fixture.group)
    let digest = try MappedFile(path: file.path).withSpan { SHA256.hexDigest(of: $0) }
    #expect(file.digest == digest && file.digest == digest)
  }

  @Test("gives the arrays that h5py finds, to the bit", arguments: try FileFixtures.readable())
  func arrays(fixture: FileFixtures.Readable) throws {
    let file = try KerasModelFile(contentsOf: FileFixtures.path(fixture.file))
    for expected in fixture.arrays {
      let relative = String(expected.path.dropFirst(fixture.group == "/" ? 1 : fixture.group.utf8.count + 1))
      let array = try #require(try file.weights.array(relative), "\(expected.path)")
      #expect(array.name == expected.path)
      #expect(array.shape == expected.shape, "\(expected.path)")
      let values = try array.tensor().values
      #expect(values.map(\.bitPattern) == expected.bits, "\(expected.path)")
      #expect(try file.weights.group(relative) == nil)
    }
  }

  @Test("gives the attributes that h5py finds", arguments: try FileFixtures.readable())
  func attributes(fixture: FileFixtures.Readable) throws {
    let file = try KerasModelFile(contentsOf: FileFixtures.path(fixture.file))
    for expected in fixture.attributes {
      let relative = String(expected.path.dropFirst(fixture.group.utf8.count))
      let group = try #require(try file.weights.group(relative), "\(expected.path)")
      let strings = try #require(try group.strings(attribute: expected.name), "\(expected.name)")
      #expect(strings.count == expected.count)
      let joined = Array(strings.joined(separator: "\n").utf8)
      #expect(joined.withUnsafeBytes { Inflater.checksum($0) } == expected.checksum, "\(expected.name)")
    }
  }

  @Test("finds every link of every kind of group", arguments: ["many.h5", "modern.h5", "tracked.h5"])
  func names(name: String) throws {
    let root = try KerasModelFile(contentsOf: FileFixtures.path(name)).weights
    let (group, expected) =
      switch name {
      case "many.h5": (root, (0..<300).map { "layer_\($0)" } + ["a", "shared"])
      case "modern.h5":
        (
          try #require(try root.group("lots")),
          (0..<400).map { "a layer with quite a long name, number \($0)" } + ["kernel"]
        )
      default: (try #require(try root.group("of_30")), (0..<30).map { "weight_\($0)" })
      }
    #expect(group.names == expected.sorted())
    #expect(try group.group("absent") == nil && group.array("absent") == nil)
    #expect(try group.strings(attribute: "absent") == nil && group.string(attribute: "absent") == nil)
  }

  @Test("joins lists that Keras has cut, and takes single strings")
  func strings() throws {
    let root = try KerasModelFile(contentsOf: FileFixtures.path("attributes.h5")).weights
    #expect(try root.strings(attribute: "chunks") == ["a", "b", "c", "d"])
    #expect(try root.strings(attribute: "variable") == ["one", "zwei", "", "трéis"])
    #expect(try root.string(attribute: "one") == "alone")
    #expect(try root.string(attribute: "fixed") == "fixed")
    #expect(try root.strings(attribute: "none") == [])
    let error = #expect(throws: KerasError.self) { try root.string(attribute: "chunks0") }
    #expect(error?.message == "the attribute 'chunks0' has 2 strings, not one")
  }

  @Test("leaves single-precision weights where they are", arguments: ["types.h5", "stored.keras"])
  func mapped(name: String) throws {
    let root = try KerasModelFile(contentsOf: FileFixtures.path(name)).weights
    let array = try #require(try root.array(name == "types.h5" ? "float32" : "layers/dense/vars/0"))
    let tensors = try (array.tensor(), array.tensor())
    let addresses = (Self.address(of: tensors.0), Self.address(of: tensors.1))
    #expect(addresses.0 == addresses.1)
  }

  private static func address(of tensor: Tensor) -> UnsafeRawPointer? {
    let storage = Mirror(reflecting: tensor).children.lazy.compactMap { $0.value as? any TensorStorage }.first
    return storage?.bytes.baseAddress
  }

  @Test("refuses what it cannot read, and says what would be right", arguments: try FileFixtures.refused())
  func refusals(fixture: FileFixtures.Refused) throws {
    let path = FileFixtures.path(fixture.file)
    let error = try #require(
      #expect(throws: KerasError.self) {
        let file = try KerasModelFile(contentsOf: path)
        if let name = fixture.array { _ = try file.weights.array(name)?.tensor() }
      })
    #expect(error.code.description == fixture.code, "\(error)")
    #expect(error.file == path)
    #expect(error.weight == fixture.array.map { "/" + $0 })
    for word in fixture.words { #expect(error.message.contains(word), "\(error)") }
  }

  @Test("refuses what is no regular file with contents, or something else")
  func irregular() throws {
    let cases: [(String, KerasError.Code, String)] = [
      (FileFixtures.folder, .unreadable, "the file is a folder, not a file"),
      (
        FileFixtures.path("absent.keras"), .unreadable, "the file cannot be opened: No such file or directory"
      ),
      ("/dev/null", .unreadable, "the file is not a regular file"),
      (#filePath, .notKeras, "not a Keras model, it looks like text"),
    ]
    for (path, code, message) in cases {
      let error = #expect(throws: KerasError.self) { try KerasModelFile(contentsOf: path) }
      #expect(error?.code == code && error?.message == message)
    }
  }
}
