/// A small ONNX model that a test writes down: its nodes, its weights, what it takes and gives.
public struct MadeModel: Sendable {
  /// The element types that tests need, with ONNX's numbers for them.
  public enum ElementType: Int, Sendable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case int32 = 6
    case int64 = 7
    case bool = 9
  }

  /// The value of a node's attribute.
  public enum Attribute: Sendable {
    case integer(Int)
    case integers([Int])
    case number(Float)
    case text(String)
    case graph(MadeModel)
  }

  private let operatorSet: Int
  private var nodes: [[UInt8]] = []
  private var weights: [[UInt8]] = []
  private var inputs: [[UInt8]] = []
  private var outputs: [[UInt8]] = []
  private var functions: [[UInt8]] = []
  private var domains: Set<String> = []

  /// An empty model.
  public init(operatorSet: Int = 17) {
    self.operatorSet = operatorSet
  }

  /// Adds an input; extents that are nil are open.
  public mutating func input(_ name: String, _ extents: [Int?], _ type: ElementType = .float32) {
    inputs.append(Self.port(name, extents, type))
  }

  /// Adds an output whose shape is left open.
  public mutating func output(_ name: String, _ type: ElementType = .float32) {
    outputs.append(Self.port(name, nil, type))
  }

  /// Adds a weight of floating-point numbers.
  public mutating func weight(_ name: String, _ shape: [Int], _ values: [Float]) {
    let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
    weight(name, shape, .float32, bytes)
  }

  /// Adds a weight of integers of 64 bits.
  public mutating func integers(_ name: String, _ shape: [Int], _ values: [Int]) {
    weight(
      name, shape, .int64, values.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) })
  }

  /// Adds a weight of one byte an element.
  public mutating func bytes(_ name: String, _ shape: [Int], _ type: ElementType, _ values: [UInt8]) {
    weight(name, shape, type, values)
  }

  private mutating func weight(_ name: String, _ shape: [Int], _ type: ElementType, _ bytes: [UInt8]) {
    weights.append(
      .message {
        for extent in shape { $0.integer(1, extent) }
        $0.integer(2, type.rawValue)
        $0.text(8, name)
        $0.field(9, bytes)
      })
  }

  /// Adds a weight whose elements lie in a file beside the model.
  public mutating func externalWeight(_ name: String, _ shape: [Int], _ entries: [(String, String)]) {
    weights.append(
      .message {
        for extent in shape { $0.integer(1, extent) }
        $0.integer(2, ElementType.float32.rawValue)
        $0.text(8, name)
        for (key, value) in entries {
          $0.field(
            13,
            .message {
              $0.text(1, key)
              $0.text(2, value)
            })
        }
        $0.integer(14, 1)
      })
  }

  /// Adds a node, named after its first result where it has no name of its own.
  public mutating func node(
    _ kind: String, _ operands: [String], _ results: [String], name: String? = nil, domain: String = "",
    _ attributes: KeyValuePairs<String, Attribute> = [:]
  ) {
    if !domain.isEmpty { domains.insert(domain) }
    nodes.append(
      .message {
        for operand in operands { $0.text(1, operand) }
        for result in results { $0.text(2, result) }
        $0.text(3, name ?? results[0])
        $0.text(4, kind)
        for (name, value) in attributes { $0.field(5, Self.attribute(name, value)) }
        if !domain.isEmpty { $0.text(7, domain) }
      })
  }

  /// Adds a function of the model's own, whose nodes are those of `body`; its domain is "local".
  public mutating func function(_ name: String, _ inputs: [String], _ outputs: [String], _ body: MadeModel) {
    domains.insert("local")
    functions.append(
      .message {
        $0.text(1, name)
        for input in inputs { $0.text(4, input) }
        for output in outputs { $0.text(5, output) }
        for node in body.nodes { $0.field(7, node) }
        $0.field(9, .message { $0.integer(2, operatorSet) })
        $0.text(10, "local")
      })
  }

  /// The bytes of the file.
  public var file: [UInt8] {
    .message {
      $0.integer(1, 8)
      $0.field(7, graph)
      $0.field(8, .message { $0.integer(2, operatorSet) })
      for domain in domains.sorted() {
        $0.field(
          8,
          .message {
            $0.text(1, domain)
            $0.integer(2, 1)
          })
      }
      for function in functions { $0.field(25, function) }
    }
  }

  private var graph: [UInt8] {
    .message {
      for node in nodes { $0.field(1, node) }
      $0.text(2, "made")
      for weight in weights { $0.field(5, weight) }
      for input in inputs { $0.field(11, input) }
      for output in outputs { $0.field(12, output) }
    }
  }

  private static func port(_ name: String, _ extents: [Int?]?, _ type: ElementType) -> [UInt8] {
    .message {
      $0.text(1, name)
      let tensor: [UInt8] = .message {
        $0.integer(1, type.rawValue)
        guard let extents else { return }
        $0.field(
          2,
          .message {
            for extent in extents {
              $0.field(1, .message { if let extent { $0.integer(1, extent) } else { $0.text(2, "n") } })
            }
          })
      }
      $0.field(2, .message { $0.field(1, tensor) })
    }
  }

  private static func attribute(_ name: String, _ value: Attribute) -> [UInt8] {
    .message {
      $0.text(1, name)
      switch value {
      case .number(let number):
        $0.float(2, number)
        $0.integer(20, 1)
      case .integer(let integer):
        $0.integer(3, integer)
        $0.integer(20, 2)
      case .text(let text):
        $0.text(4, text)
        $0.integer(20, 3)
      case .graph(let model):
        $0.field(6, model.graph)
        $0.integer(20, 5)
      case .integers(let integers):
        for integer in integers { $0.integer(8, integer) }
        $0.integer(20, 7)
      }
    }
  }
}

/// Fields of a protobuf message.
extension [UInt8] {
  fileprivate static func message(_ build: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    build(&bytes)
    return bytes
  }

  private mutating func number(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  fileprivate mutating func integer(_ field: Int, _ value: Int) {
    number(UInt64(field << 3))
    number(UInt64(bitPattern: Int64(value)))
  }

  fileprivate mutating func float(_ field: Int, _ value: Float) {
    number(UInt64(field << 3 | 5))
    Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func field(_ field: Int, _ contents: [UInt8]) {
    number(UInt64(field << 3 | 2))
    number(UInt64(contents.count))
    append(contentsOf: contents)
  }

  fileprivate mutating func text(_ field: Int, _ text: String) { self.field(field, Array(text.utf8)) }
}
