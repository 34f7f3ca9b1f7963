import CSaliencyPython
import Saliency

/// What a caller gives, as it lies there.
final class Input: Sendable {
  enum Role: Int32 {
    case explained, given, compared, mask
  }

  private enum Contents: Sendable {
    case path(String)
    case file([UInt8])
    case numbers(BorrowedNumbers, Shape)
    case bytes([UInt8], Shape)
  }

  let role: Role
  /// What reports and errors call it.
  let name: String
  /// The network's input that it is for; nil for the one in question.
  let port: String?
  private let contents: Contents

  /// The path of the file that it is; nil of what was given as bytes or numbers.
  var path: String? {
    if case .path(let path) = contents { path } else { nil }
  }

  /// - Throws: where the description breaks the rules, or the numbers are none that a tensor may have.
  init(_ input: saliency_input) throws {
    guard let role = Role(rawValue: input.role) else {
      throw Failure.usage("the role \(input.role) of an input is none of 0 to 3")
    }
    self.role = role
    port = try input.port.map { try text($0, "the name of a network's input") }
    let name = try input.name.map { try text($0, "the name of an input") }
    func bytes() throws -> UnsafeRawBufferPointer {
      guard let data = input.data, Int(exactly: input.byte_count) != nil else {
        throw Failure.usage("an input has no data")
      }
      return UnsafeRawBufferPointer(start: data, count: Int(input.byte_count))
    }
    switch input.kind {
    case SALIENCY_PATH:
      guard let path = String(validating: try bytes(), as: UTF8.self), !path.utf8.contains(0), !path.isEmpty
      else { throw Failure.usage("a path is empty, or no text in UTF-8") }
      contents = .path(path)
      self.name = name ?? path
    case SALIENCY_FILE:
      contents = .file(Array(try bytes()))
      self.name = name ?? "input"
    case SALIENCY_FLOAT32, SALIENCY_UINT8:
      let size = input.kind == SALIENCY_FLOAT32 ? 4 : 1
      let shape = try Self.shape(input)
      let data = try bytes()
      guard let count = shape.checkedElementCount, count <= Int.max / 4, data.count == count * size else {
        throw Failure.usage("an array of \(shape.text) does not have \(data.count) bytes")
      }
      contents =
        input.kind == SALIENCY_FLOAT32
        ? .numbers(BorrowedNumbers(data), shape) : .bytes(Array(data), shape)
      self.name = name ?? "input"
    case let kind:
      throw Failure.usage("the kind \(kind) of an input is none of 0 to 3")
    }
  }

  private static func shape(_ input: saliency_input) throws -> Shape {
    guard 0...64 ~= input.rank, input.rank == 0 || input.shape != nil else {
      throw Failure.usage("an array has \(input.rank) axes, or no shape; up to 64 axes are taken")
    }
    let shape = (0..<Int(input.rank)).map { Int(input.shape![$0]) }
    guard shape.allSatisfy({ $0 >= 1 }) else {
      throw Failure.usage("an array of \(shape.text) is empty; every extent has to be at least 1")
    }
    return shape
  }

  /// Copies what is read in place, after which the caller's memory is no longer needed.
  func keep() {
    if case .numbers(let numbers, _) = contents { numbers.keep() }
  }

  /// The contents as a model takes them.
  ///
  /// - Parameter takesImages: whether bytes in the shape of an image are one.
  func contents(takesImages: Bool) throws -> InputContents {
    switch contents {
    case .path(let path): return try InputContents(contentsOf: path)
    case .file(let bytes): return try InputContents(decoding: bytes)
    case .numbers(let numbers, let shape): return .tensor(Tensor(shape: shape, storage: numbers))
    case .bytes(let bytes, let shape):
      if takesImages, let image = try Self.image(bytes, shape) { return .image(image) }
      return .tensor(Tensor(shape: shape, values: bytes.map(Float.init)))
    }
  }

  /// The tensor, of an input that is none of images.
  func tensor() throws -> Tensor {
    switch try contents(takesImages: false) {
    case .tensor(let tensor): return tensor
    case .image:
      throw Failure.usage("\(name) is an image; give the numbers of a tensor")
    }
  }

  /// The bytes of a file, or its path.
  func opened() throws -> (path: String?, bytes: [UInt8]) {
    switch contents {
    case .path(let path): return (path, [])
    case .file(let bytes): return (nil, bytes)
    case .numbers, .bytes: throw Failure.usage("a model is a file; an array is given")
    }
  }

  /// An image of gray values, colors, or colors with an alpha that is dropped; nil where the shape is none of an image.
  private static func image(_ bytes: [UInt8], _ shape: Shape) throws -> Image? {
    let channels = shape.count == 2 ? 1 : shape.count == 3 ? shape[2] : 0
    guard [1, 3, 4].contains(channels) else { return nil }
    guard shape[0] <= Image.maximumPixelCount / shape[1] else {
      throw Failure.usage(
        "the image has \(shape[1])×\(shape[0]) pixels; up to \(Image.maximumPixelCount) are taken")
    }
    guard channels != 3 else { return Image(width: shape[1], height: shape[0], pixels: bytes) }
    let pixels = [UInt8](unsafeUninitializedCapacity: shape[0] * shape[1] * 3) { buffer, count in
      count = shape[0] * shape[1] * 3
      for index in 0..<count {
        buffer[index] = channels == 1 ? bytes[index / 3] : bytes[index / 3 * 4 + index % 3]
      }
    }
    return Image(width: shape[1], height: shape[0], pixels: pixels)
  }
}

/// The elements of a caller's array, read in place until they are copied.
private final class BorrowedNumbers: TensorStorage, @unchecked Sendable {
  private(set) var bytes: UnsafeRawBufferPointer
  private var copy: UnsafeMutableRawBufferPointer?

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Called once, when nothing runs any more that reads the elements.
  func keep() {
    guard copy == nil else { return }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    copy.copyMemory(from: bytes)
    (self.copy, bytes) = (copy, UnsafeRawBufferPointer(copy))
  }

  deinit { copy?.deallocate() }
}

/// A text that a caller gives.
func text(_ pointer: UnsafePointer<CChar>, _ what: String) throws -> String {
  guard let text = String(validatingCString: pointer) else {
    throw Failure.usage("\(what) is no text in UTF-8")
  }
  return text
}
