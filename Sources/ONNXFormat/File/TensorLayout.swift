/// The shape and type that a tensor claims to have, checked before anything is allocated.
struct TensorLayout {
  /// No framework has tensors of more dimensions than this.
  static let maximumRank = 64

  let shape: [Int]
  let elementType: ONNXElementType
  let elementCount: Int
  let elementByteCount: Int

  /// How many bytes the elements take.
  var byteCount: Int { elementCount * elementByteCount }

  init(_ tensor: ONNXTensorProto) throws(TensorFault) {
    guard let elementType = ONNXElementType(rawValue: tensor.dataType), tensor.hasDataType else {
      let message = "its element type has the number \(tensor.dataType), which ONNX does not define"
      throw TensorFault(.invalidModel, message)
    }
    guard let elementByteCount = elementType.byteCount else {
      throw TensorFault(.unsupportedElementType, "element type \(elementType) is not supported")
    }
    guard tensor.dims.count <= Self.maximumRank else {
      let message = "it has \(tensor.dims.count) dimensions where at most \(Self.maximumRank) are supported"
      throw TensorFault(.limitExceeded, message)
    }
    if let size = tensor.dims.first(where: { $0 < 0 }) {
      throw TensorFault(.invalidModel, "its shape \(tensor.dims) has the negative dimension \(size)")
    }
    let shape = tensor.dims.map { Int(clamping: $0) }
    // Zeros are left out so that the strides of an empty tensor can be computed, too.
    var byteCount = elementByteCount
    for size in shape where size > 0 {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw TensorFault(.invalidModel, "its shape \(shape) of \(elementType) is larger than any memory")
      }
      byteCount = product
    }
    self.shape = shape
    self.elementType = elementType
    self.elementByteCount = elementByteCount
    elementCount = shape.contains(0) ? 0 : byteCount / elementByteCount
  }

  /// Checks that the elements take `found` bytes.
  func check(byteCount found: Int, in place: String) throws(TensorFault) {
    guard found == byteCount else {
      let needed = "its shape \(shape) of \(elementType) takes \(byteCount) bytes"
      throw TensorFault(.invalidModel, "\(needed), but \(place) holds \(found)")
    }
  }
}

/// What is wrong with a tensor, in the words of `ONNXError.message`.
struct TensorFault: Error {
  var code: ONNXError.Code
  var message: String
  var byteOffset: Int?

  init(_ code: ONNXError.Code, _ message: String, byteOffset: Int? = nil) {
    self.code = code
    self.message = message
    self.byteOffset = byteOffset
  }

  init(_ fault: WireFault) {
    self.init(fault.code, fault.message, byteOffset: fault.byteOffset)
  }
}
