import SaliencyCore

/// A tensor as JSON has it: numbers in lists of lists, one level an axis.
struct NestedNumbers: Codable {
  let tensor: Tensor

  /// The most axes.
  private static let rankLimit = 8

  init(_ tensor: Tensor) { self.tensor = tensor }

  init(from decoder: any Decoder) throws {
    if let number = try? decoder.singleValueContainer().decode(Float.self) {
      tensor = Tensor(number)
      return
    }
    var values: [Float] = []
    /// Appends a list's numbers and gives its extents.
    func read(_ list: inout any UnkeyedDecodingContainer, depth: Int) throws -> Shape {
      func invalid(_ reason: String) -> DecodingError {
        .dataCorruptedError(in: list, debugDescription: reason)
      }
      guard depth <= Self.rankLimit else {
        throw invalid("lists lie more than \(Self.rankLimit) deep in each other")
      }
      var (count, inner): (Int, Shape?) = (0, nil)
      while !list.isAtEnd {
        var extents: Shape = []
        if let number = try? list.decode(Float.self) {
          values.append(number)
        } else {
          var part: any UnkeyedDecodingContainer = try list.nestedUnkeyedContainer()
          extents = try read(&part, depth: depth + 1)
        }
        guard inner == nil || inner == extents else { throw invalid("lists are of different lengths") }
        inner = extents
        count += 1
      }
      return [count] + (inner ?? [])
    }
    var list: any UnkeyedDecodingContainer = try decoder.unkeyedContainer()
    let shape = try read(&list, depth: 1)
    tensor = Tensor(shape: shape, values: values)
  }

  func encode(to encoder: any Encoder) throws {
    guard !tensor.shape.isEmpty else {
      var single = encoder.singleValueContainer()
      return try single.encode(tensor.values[0])
    }
    let values = tensor.values
    var position = 0
    func write(_ list: inout any UnkeyedEncodingContainer, axis: Int) throws {
      for _ in 0..<tensor.shape[axis] {
        if axis == tensor.shape.count - 1 {
          try list.encode(values[position])
          position += 1
        } else {
          var part: any UnkeyedEncodingContainer = list.nestedUnkeyedContainer()
          try write(&part, axis: axis + 1)
        }
      }
    }
    var list: any UnkeyedEncodingContainer = encoder.unkeyedContainer()
    try write(&list, axis: 0)
  }
}
