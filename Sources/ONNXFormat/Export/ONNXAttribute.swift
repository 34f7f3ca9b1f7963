import SwiftProtobuf

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The value of an attribute of an exported node.
enum ONNXAttribute: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral
{
  case integer(Int)
  case number(Float)
  case text(String)
  case integers([Int])

  init(integerLiteral value: Int) { self = .integer(value) }
  init(floatLiteral value: Float) { self = .number(value) }
  init(stringLiteral value: String) { self = .text(value) }
  init(arrayLiteral elements: Int...) { self = .integers(elements) }

  func proto(named name: String) -> ONNXAttributeProto {
    var proto = ONNXAttributeProto()
    proto.name = name
    switch self {
    case .integer(let value): (proto.type, proto.i) = (.int, Int64(value))
    case .number(let value): (proto.type, proto.f) = (.float, value)
    case .text(let value): (proto.type, proto.s) = (.string, Data(value.utf8))
    case .integers(let values): (proto.type, proto.ints) = (.ints, values.map(Int64.init))
    }
    return proto
  }
}
