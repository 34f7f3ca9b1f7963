/// Builds protobuf messages byte by byte, also ones that no library would write.
struct ProtobufBuilder {
  private(set) var bytes: [UInt8] = []

  static func message(_ build: (inout ProtobufBuilder) -> Void) -> [UInt8] {
    var builder = ProtobufBuilder()
    build(&builder)
    return builder.bytes
  }

  mutating func raw(_ bytes: [UInt8]) {
    self.bytes += bytes
  }

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func tag(_ field: Int, _ wireType: Int) {
    varint(UInt64(field << 3 | wireType))
  }

  mutating func integer(_ field: Int, _ value: Int) {
    tag(field, 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    tag(field, 2)
    varint(UInt64(value.count))
    bytes += value
  }

  mutating func string(_ field: Int, _ value: String) {
    bytes(field, Array(value.utf8))
  }

  mutating func message(_ field: Int, _ build: (inout ProtobufBuilder) -> Void) {
    bytes(field, Self.message(build))
  }

  mutating func packed(_ field: Int, _ values: [Int]) {
    message(field) { list in
      for value in values { list.varint(UInt64(bitPattern: Int64(value))) }
    }
  }
}

extension ProtobufBuilder {
  /// A whole model, whose graph is `graph` and which ends with its operator set.
  static func model(_ graph: (inout ProtobufBuilder) -> Void) -> [UInt8] {
    message { model in
      model.integer(1, 8)
      model.message(7, graph)
      model.message(8) { $0.integer(2, 17) }
    }
  }

  /// A whole model with one initializer named "w".
  static func model(
    dims: [Int], type: Int, _ contents: (inout ProtobufBuilder) -> Void
  ) -> [UInt8] {
    model { graph in
      graph.message(5) { tensor in
        for size in dims { tensor.integer(1, size) }
        tensor.integer(2, type)
        tensor.string(8, "w")
        contents(&tensor)
      }
    }
  }

  mutating func externalData(_ entries: [(String, String)]) {
    for (key, value) in entries {
      message(13) { entry in
        entry.string(1, key)
        entry.string(2, value)
      }
    }
    integer(14, 1)
  }
}
