import LibC
import Testing

import SaliencyCore

@testable import ONNXFormat

@Suite("External data") struct ExternalDataTests {
  /// A folder with a model whose tensor of two floats lies at `entries`, and a file with four floats.
  private func error(
    _ entries: [(String, String)], prepare: (TemporaryFolder) throws -> Void = { _ in }
  ) throws -> ONNXError? {
    try withTemporaryFolder { try error(entries, in: $0, prepare: prepare) }
  }

  private func error(
    _ entries: [(String, String)], in outer: TemporaryFolder, prepare: (TemporaryFolder) throws -> Void
  ) throws -> ONNXError? {
    try outer.write([UInt8](repeating: 0, count: 16), to: "outside.bin")
    try outer.makeFolder("model")
    try outer.makeFolder("model-2")
    try outer.write([UInt8](repeating: 0, count: 16), to: "model-2/outside.bin")
    try outer.write([UInt8](repeating: 0, count: 16), to: "model/weights.bin")
    try prepare(outer)
    let model = ProtobufBuilder.model(dims: [2], type: 1) { $0.externalData(entries) }
    let path = try outer.write(model, to: "model/model.onnx")
    let file = try ONNXModelFile(contentsOf: path)
    return onnxError {
      let tensor = try file.tensor(file.model.graph.initializer[0])
      #expect(tensor.floats() == [0, 0])
    }
  }

  @Test("is read from the file that onnx wrote, which is mapped once")
  func reads() throws {
    let file = try ONNXModelFile(contentsOf: fixture("external/model.onnx"))
    let tensors = try file.model.graph.initializer.map { try file.tensor($0) }
    #expect(tensors[0].shape == [2, 3] && tensors[0].floats() == [0, 1, 2, 3, 4, 5])
    #expect(try tensors[1].integers() == [7, -8])
    guard case .mapped(let first, _) = tensors[0].storage, case .mapped(let second, _) = tensors[1].storage
    else {
      Issue.record("was copied")
      return
    }
    #expect(first === second)
  }

  @Test(
    "may be a part of a file in the model's folder",
    arguments: [
      [("location", "weights.bin"), ("offset", "8")],
      [("location", "weights.bin"), ("length", "8")],
      [("location", "weights.bin")], [("location", "weights.bin"), ("offset", "4")],
      [("location", "./weights.bin"), ("offset", "8"), ("length", "8"), ("checksum", "ignored")],
    ])
  func accepts(entries: [(String, String)]) throws {
    #expect(try error(entries) == nil)
  }

  @Test("may lie beyond 2 and 4 gigabytes", arguments: [0x7FFF_FFFC, 0x1_4000_0000])
  func largeFile(offset: Int) throws {
    try withTemporaryFolder { folder in
      // A file with a hole, which takes next to no room on the disk.
      let path = try folder.write([], to: "weights.bin")
      try #require(truncate(path, offset + 8) == 0)
      let descriptor = open(path, O_WRONLY)
      defer { close(descriptor) }
      let numbers: [Float] = [1.5, -2]
      try #require(numbers.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, 8, offset) } == 8)
      let entries = [("location", "weights.bin"), ("offset", "\(offset)"), ("length", "8")]
      let model = ProtobufBuilder.model(dims: [2], type: 1) { $0.externalData(entries) }
      let file = try ONNXModelFile(contentsOf: folder.write(model, to: "model.onnx"))
      #expect(try file.tensor(file.model.graph.initializer[0]).floats() == [1.5, -2])
    }
  }

  @Test("may be behind a link that stays in the folder")
  func linkInside() throws {
    let entries = [("location", "link.bin"), ("length", "8")]
    #expect(try error(entries) { $0.makeLink("model/link.bin", to: "weights.bin") } == nil)
  }

  @Test(
    "is refused outside the model's folder, before anything is opened",
    arguments: [
      "/etc/passwd", "../outside.bin", "../model-2/outside.bin", "./../outside.bin", "a/../../outside.bin",
      "../model/weights.bin", "..", "//etc/passwd",
    ])
  func outside(location: String) throws {
    let error = try error([("location", location)])
    #expect(error?.code == .externalData && error?.tensor == "w")
    #expect(error?.message == "its external data file '\(location)' must lie in the model's folder")
  }

  @Test(
    "is refused behind a link out of the model's folder",
    arguments: ["../outside.bin", "/etc/passwd", "../model-2/outside.bin"])
  func linkOutside(destination: String) throws {
    let error = try error([("location", "link.bin")]) { $0.makeLink("model/link.bin", to: destination) }
    #expect(
      error?.message
        == "its external data file 'link.bin' must lie in the model's folder, but is a link out of it")
  }

  @Test("is refused behind a folder that is a link out of the model's folder")
  func folderLink() throws {
    let error = try error([("location", "data/outside.bin")]) { $0.makeLink("model/data", to: "../model-2") }
    #expect(error?.message.hasSuffix("but is a link out of it") == true)
  }

  /// A cache as Hugging Face's hub makes it, with a model whose weights are `data.bin` beside it; the links' destinations.
  private func hubError(model: String, data: String) throws -> ONNXError? {
    try withTemporaryFolder { folder in
      try folder.makeFolder("models--a--b/blobs/deeper")
      try folder.makeFolder("models--a--b/snapshots/1f/onnx")
      let bytes = ProtobufBuilder.model(dims: [2], type: 1) { $0.externalData([("location", "data.bin")]) }
      for place in ["models--a--b/blobs/0a", "models--a--b/other", "models--a--b/snapshots/1f/onnx/own"] {
        try folder.write(bytes, to: place)
      }
      for place in ["blobs/0b", "blobs/deeper/0b", "blobs-2", "secret"] {
        try folder.write([UInt8](repeating: 0, count: 8), to: "models--a--b/" + place)
      }
      let snapshot = "models--a--b/snapshots/1f/onnx/"
      folder.makeLink(snapshot + "model.onnx", to: model)
      folder.makeLink(snapshot + "data.bin", to: data)
      let file = try ONNXModelFile(contentsOf: folder.path + "/" + snapshot + "model.onnx")
      return onnxError {
        let tensor = try file.tensor(file.model.graph.initializer[0])
        #expect(tensor.floats() == [0, 0])
      }
    }
  }

  @Test("may be behind a link of a Hugging Face cache, as the model is")
  func hub() throws {
    #expect(try hubError(model: "../../../blobs/0a", data: "../../../blobs/0b") == nil)
  }

  @Test(
    "is refused behind other links out of the snapshot of a Hugging Face cache",
    arguments: [
      ("../../../blobs/0a", "../../../secret"), ("../../../blobs/0a", "../../../blobs-2"),
      ("../../../blobs/0a", "../../../blobs/deeper/0b"), ("../../../blobs/0a", "/etc/passwd"),
      ("../../../other", "../../../blobs/0b"), ("own", "../../../blobs/0b"),
    ])
  func outsideHub(model: String, data: String) throws {
    #expect(
      try hubError(model: model, data: data)?.message
        == "its external data file 'data.bin' must lie in the model's folder, but is a link out of it")
  }

  @Test("is refused if it is no regular file with contents", arguments: irregularFiles)
  func irregular(location: String, reason: String) throws {
    let error = try error([("location", location)]) { folder in
      try folder.makeFolder("model/folder")
      _ = folder.makePipe("model/pipe")
      try folder.write([], to: "model/empty")
      folder.makeLink("model/loop", to: "loop")
    }
    #expect(error?.code == .externalData)
    #expect(error?.message == "its external data file '\(location.printable())' \(reason)")
  }

  private static let irregularFiles = [
    ("folder", "is a folder, not a file"),
    (".", "must lie in the model's folder, but is a link out of it"),
    ("pipe", "is not a regular file"),
    ("empty", "is empty"),
    ("loop", "cannot be found: Too many levels of symbolic links"),
    ("missing", "cannot be found: No such file or directory"),
    ("weights.bin/", "cannot be found: Not a directory"),
    ("", "has no name"),
    ("weights.bin\0/..", "must lie in the model's folder"),
    ("weights.bin\0.txt", "cannot be found, its path contains a NUL"),
  ]

  @Test("is refused if its place is not in the file, or does not fit the tensor", arguments: badPlaces)
  func badPlace(entries: [(String, String)], message: String) throws {
    #expect(try error([("location", "weights.bin")] + entries)?.message == message)
  }

  private static let badPlaces: [([(String, String)], String)] = [
    ([("offset", "12"), ("length", "8")], outside("8 bytes at offset 12")),
    ([("offset", "12")], outside("8 bytes at offset 12")),
    ([("offset", "17")], outside("8 bytes at offset 17")),
    ([("offset", "\(Int.max)"), ("length", "8")], outside("8 bytes at offset \(Int.max)")),
    ([("offset", "8"), ("length", "\(Int.max)")], outside("\(Int.max) bytes at offset 8")),
    ([("length", "4")], "its shape [2] of float32 takes 8 bytes, but 'weights.bin' holds 4"),
    ([("offset", "-8")], "the offset '-8' of its external data is no number of bytes"),
    ([("offset", "+8")], "the offset '+8' of its external data is no number of bytes"),
    ([("length", "")], "the length '' of its external data is no number of bytes"),
    ([("length", "9e9")], "the length '9e9' of its external data is no number of bytes"),
    (
      [("length", "99999999999999999999")],
      "the length '99999999999999999999' of its external data is no number of bytes"
    ),
    ([("offset", "0"), ("offset", "8")], "its external data gives the offset twice"),
  ]

  private static func outside(_ place: String) -> String {
    "its data is in \(place) of 'weights.bin', which has only 16 bytes"
  }

  @Test("is refused without a location, and beside elements in the model")
  func contradictions() throws {
    #expect(try error([])?.message == "its external data does not say in which file it is")
    let file = try open(
      ProtobufBuilder.model(dims: [1], type: 1) { tensor in
        tensor.bytes(9, [0, 0, 0, 0])
        tensor.externalData([("location", "weights.bin")])
      })
    let error = onnxError { try file.tensor(file.model.graph.initializer[0]) }
    #expect(error?.message == "its elements are both in raw_data and in an external file")
  }
}
