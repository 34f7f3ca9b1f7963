/// Where the fields with a tensor's elements lie in its message.
///
/// ONNX stores elements either as they are in memory (`raw_data`) or in a list of numbers; which list depends
/// on the element type.
struct TensorContents {
  /// The fields of `TensorProto` that hold elements.
  enum Field: Int, CaseIterable {
    case floatData = 4
    case int32Data = 5
    case stringData = 6
    case int64Data = 7
    case rawData = 9
    case doubleData = 10
    case uint64Data = 11

    var name: String {
      switch self {
      case .floatData: "float_data"
      case .int32Data: "int32_data"
      case .stringData: "string_data"
      case .int64Data: "int64_data"
      case .rawData: "raw_data"
      case .doubleData: "double_data"
      case .uint64Data: "uint64_data"
      }
    }

    /// The list for elements of a supported type.
    init(for type: ONNXElementType) {
      self =
        switch type {
        case .float32: .floatData
        case .float64: .doubleData
        case .int64: .int64Data
        case .uint32, .uint64: .uint64Data
        default: .int32Data
        }
    }
  }

  /// The only field that has elements, or nil if there are none.
  private(set) var field: Field?
  /// In how many pieces the elements lie; a list may be split at will.
  private(set) var pieceCount = 0
  /// The last of the pieces.
  private(set) var lastPiece = 0..<0
  /// The size of all pieces together.
  private(set) var byteCount = 0

  /// Looks through the tensor's message, which lies at `message`.
  init(of message: Range<Int>, in bytes: Span<UInt8>) throws(TensorFault) {
    var cursor = WireCursor(message)
    while let (field, value) = try cursor.nextContents(in: bytes) {
      if let other = self.field, other != field {
        let message = "its elements are both in \(other.name) and in \(field.name)"
        throw TensorFault(.invalidModel, message, byteOffset: value.lowerBound)
      }
      if field == .rawData, pieceCount > 0 {
        throw TensorFault(.malformed, "raw_data is there twice", byteOffset: value.lowerBound)
      }
      self.field = field
      pieceCount += 1
      lastPiece = value
      byteCount += value.count
    }
  }
}

extension WireCursor {
  /// The next field of a tensor's message that holds elements; fields without any are passed over.
  mutating func nextContents(
    in bytes: Span<UInt8>
  ) throws(TensorFault) -> (TensorContents.Field, value: Range<Int>)? {
    do throws(WireFault) {
      while let field = try nextField(in: bytes) {
        guard let contents = TensorContents.Field(rawValue: field.number) else { continue }
        if field.value.isEmpty { continue }
        guard field.type == .lengthDelimited || field.type == contents.elementWireType else {
          let message = "\(contents.name) has a form it cannot have"
          throw WireFault(code: .malformed, message: message, byteOffset: field.extent.lowerBound)
        }
        return (contents, field.value)
      }
      return nil
    } catch {
      throw TensorFault(error)
    }
  }
}

extension TensorContents.Field {
  /// How a single element of the list is stored.
  fileprivate var elementWireType: WireType {
    switch self {
    case .floatData: .fixed32
    case .doubleData: .fixed64
    case .int32Data, .int64Data, .uint64Data: .varint
    case .stringData, .rawData: .lengthDelimited
    }
  }
}
