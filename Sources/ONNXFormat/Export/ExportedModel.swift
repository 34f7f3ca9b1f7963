internal import FileAccess
import SaliencyCore
import SwiftProtobuf

/// A model of standard ONNX operators that is ready to be written.
package struct ExportedModel {
  private let document: ONNXDocument
  /// Properties that go into the file, in order.
  package var metadata: [(key: String, value: String)] = []
  /// What the graph is called, not empty.
  package var name = "graph"

  init(_ document: ONNXDocument) {
    self.document = document
  }

  /// How many nodes of each operator it has.
  package var operatorCounts: [String: Int] {
    document.nodes.reduce(into: [:]) { $0[$1.opType, default: 0] += 1 }
  }
  /// Whether the batch is left open.
  package var hasOpenBatch: Bool { document.inputs.contains { $0.extents.fixed == nil } }
  package var inputNames: [String] { document.inputs.map(\.name) }
  package var outputNames: [String] { document.outputs.map(\.name) }

  /// Files above 2 GiB cannot be read, so that larger models have a file of numbers beside them.
  package static let largestFile = 2_000_000_000

  /// Writes the model.
  ///
  /// Numbers that its source has in files of their own, in the folder that is written to, stay there and are shared; where
  /// there are too many for one file, they go into a file beside it, `path` with `.data` behind.
  ///
  /// - Parameters:
  ///   - path: the file of the model.
  ///   - limit: how many bytes of numbers it may have itself.
  /// - Throws: `ONNXError` where a file cannot be written; nothing is left behind then.
  package func write(to path: String, limit: Int = largestFile) throws(ONNXError) {
    let folder = AtomicFile.folder(of: path)
    let placed = document.initializers.map { ($0, $0.shared(in: folder)) }
    let inside = placed.filter { $0.1 == nil }.reduce(0) { $0 + byteCount(of: $1.0) }
    let hasDataFile = inside > limit
    let dataPath = path + ".data"
    let dataName = String(dataPath.split(separator: "/").last ?? "")

    var messages: [(header: [UInt8], numbers: ONNXDocument.Initializer?)] = []
    var stored: [ONNXDocument.Initializer] = []
    var offset = 0
    for (initializer, shared) in placed {
      var message = WireWriter()
      for extent in initializer.shape { message.add(1, Int64(extent)) }
      message.add(2, Int64(type(of: initializer).rawValue))
      message.add(8, initializer.name)
      let count = byteCount(of: initializer)
      if let shared {
        message.addExternal(shared.location, shared.offset, count)
        messages.append((message.bytes, nil))
      } else if hasDataFile, count > 1_024 {
        message.addExternal(dataName, offset, count)
        messages.append((message.bytes, nil))
        stored.append(initializer)
        offset += count
      } else {
        message.addLength(9, count)
        messages.append((message.bytes, initializer))
      }
    }
    do throws(AtomicFile.Failure) {
      try AtomicFile.check(path)
      if hasDataFile {
        try AtomicFile.write(to: dataPath) { file throws(AtomicFile.Failure) in
          for initializer in stored { try write(initializer, to: file) }
        }
      }
      try writeModel(messages, to: path)
    } catch {
      if hasDataFile { AtomicFile.remove(dataPath) }
      throw ONNXError(.unwritable, "cannot be written: \(error)", file: path)
    }
  }

  private func writeModel(
    _ messages: [(header: [UInt8], numbers: ONNXDocument.Initializer?)], to path: String
  ) throws(AtomicFile.Failure) {
    let graph = graphBytes
    var lead = WireWriter()
    var size = graph.count
    let heads = messages.map { message in
      let length = message.header.count + (message.numbers.map(byteCount) ?? 0)
      var head = WireWriter()
      head.addLength(5, length)
      size += head.bytes.count + length
      return head.bytes + message.header
    }
    lead.addLength(7, size)
    try AtomicFile.write(to: path) { file throws(AtomicFile.Failure) in
      try file.append(modelBytes)
      try file.append(lead.bytes)
      try file.append(graph)
      for (head, message) in zip(heads, messages) {
        try file.append(head)
        if let numbers = message.numbers { try write(numbers, to: file) }
      }
    }
  }

  /// The model's message without its graph.
  private var modelBytes: [UInt8] {
    var model = ONNXModelProto()
    // The versions of the format that the operator sets came with.
    model.irVersion = document.operatorSet <= 18 ? 8 : document.operatorSet <= 20 ? 9 : 10
    model.producerName = "swift-saliency"
    var set = ONNXOperatorSetIdProto()
    set.version = Int64(document.operatorSet)
    model.opsetImport = [set]
    model.metadataProps = metadata.map { key, value in
      var property = ONNXStringStringEntryProto()
      (property.key, property.value) = (key, value)
      return property
    }
    return (try? model.serializedBytes()) ?? []
  }

  /// The graph's message without its numbers.
  private var graphBytes: [UInt8] {
    var graph = ONNXGraphProto()
    graph.name = name
    graph.node = document.nodes
    graph.input = document.inputs.map(\.proto)
    graph.output = document.outputs.map(\.proto)
    return (try? graph.serializedBytes()) ?? []
  }

  private func type(of initializer: ONNXDocument.Initializer) -> ONNXElementType {
    switch initializer.contents {
    case .integers: .int64
    case .floats: document.floatType
    }
  }

  private func byteCount(of initializer: ONNXDocument.Initializer) -> Int {
    initializer.shape.reduce(1, *) * (type(of: initializer).byteCount ?? 0)
  }

  private func write(
    _ initializer: ONNXDocument.Initializer, to file: borrowing AtomicFile.Writer
  ) throws(AtomicFile.Failure) {
    switch initializer.contents {
    case .integers(let values):
      try file.append(values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } })
    case .floats(let tensor):
      try tensor.withUnsafeBytes { bytes throws(AtomicFile.Failure) in
        guard document.floatType == .float16 else { return try file.append(bytes) }
        for start in stride(from: 0, to: bytes.count, by: 1 << 18) {
          let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 1 << 18, bytes.count)])
          try file.append(HalfPrecision.bytes(ofSingle: part))
        }
      }
      tensor.release()
    }
  }
}

extension ONNXDocument.Initializer {
  /// Where the numbers lie in a file of their own in `folder`, as they are.
  fileprivate func shared(in folder: String) -> (location: String, offset: Int)? {
    guard case .floats(let tensor) = contents, let mapped = tensor.storage as? MappedTensor else {
      return nil
    }
    return mapped.externalPlace(in: folder)
  }
}

extension ONNXDocument.Port {
  fileprivate var proto: ONNXValueInfoProto {
    var tensor = ONNXTypeProto.Tensor()
    tensor.elemType = type.rawValue
    tensor.shape = ONNXTensorShapeProto()
    tensor.shape.dim = extents.map { extent in
      var dimension = ONNXTensorShapeProto.Dimension()
      dimension.value =
        extent.isFixed
        ? .dimValue(Int64(extent.fixed))
        : .dimParam(extent.multiple == 1 ? "batch" : "\(extent.multiple) batch")
      return dimension
    }
    var port = ONNXValueInfoProto()
    port.name = name
    port.type.value = .tensorType(tensor)
    return port
  }
}

/// Writes fields of protocol buffers whose contents are too large to be in memory twice.
private struct WireWriter {
  private(set) var bytes: [UInt8] = []

  private mutating func addVariable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func add(_ field: UInt64, _ value: Int64) {
    addVariable(field << 3)
    addVariable(UInt64(bitPattern: value))
  }

  /// Begins a field of `count` bytes.
  mutating func addLength(_ field: UInt64, _ count: Int) {
    addVariable(field << 3 | 2)
    addVariable(UInt64(count))
  }

  mutating func add(_ field: UInt64, _ text: String) {
    addLength(field, text.utf8.count)
    bytes += text.utf8
  }

  /// The fields of a tensor whose numbers lie in another file.
  mutating func addExternal(_ location: String, _ offset: Int, _ count: Int) {
    for (key, value) in [("location", location), ("offset", "\(offset)"), ("length", "\(count)")] {
      var entry = WireWriter()
      entry.add(1, key)
      entry.add(2, value)
      addLength(13, entry.bytes.count)
      bytes += entry.bytes
    }
    add(14, 1)
  }
}
