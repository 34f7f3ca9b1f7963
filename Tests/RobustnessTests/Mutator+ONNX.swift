import FoundationEssentials
import ONNXFormat

extension Mutator {
  private static let numbers: [Int64] = [
    0, 1, -1, 2, 3, 5, 7, 64, -2, -3, 1 << 20, 1 << 31, -(1 << 31), 1 << 40, .max, .min, .max - 1, 65_536,
  ]

  private mutating func number() -> Int64 { Self.numbers.randomElement(using: &self) ?? 0 }

  /// The model with a few of its nodes, attributes and shapes changed to something that can still be decoded.
  ///
  /// - Parameter operators: names of operators that nodes may be given.
  mutating func damaged(_ model: ONNXModelProto, operators: [String]) -> ONNXModelProto {
    var model = model
    for _ in 0..<[1, 1, 2, 3][below(4)] {
      switch below(8) {
      case 0 where !model.graph.initializer.isEmpty:
        let index = below(model.graph.initializer.count)
        change(&model.graph.initializer[index].dims)
      case 1 where !model.opsetImport.isEmpty: model.opsetImport[0].version = Int64(1 + below(26))
      case 2 where !model.graph.input.isEmpty:
        let index = below(model.graph.input.count)
        let count = model.graph.input[index].type.tensorType.shape.dim.count
        guard count > 0 else { continue }
        model.graph.input[index].type.tensorType.shape.dim[below(count)].dimValue = number()
      default:
        guard !model.graph.node.isEmpty else { continue }
        let donor = model.graph.node[below(model.graph.node.count)]
        change(&model.graph.node[below(model.graph.node.count)], donor, operators)
      }
    }
    return model
  }

  private mutating func change(_ node: inout ONNXNodeProto, _ donor: ONNXNodeProto, _ operators: [String]) {
    switch below(9) {
    case 0: node.opType = operators.randomElement(using: &self) ?? ""
    case 1:
      if !node.input.isEmpty { node.input[below(node.input.count)] = (donor.output + donor.input + [""])[0] }
    case 2: node.input.append(donor.input.first ?? "")
    case 3: node.input = Array(node.input.reversed().dropFirst(below(2)))
    case 4: node.output = below(2) == 0 ? donor.output : node.output + ["another"]
    case 5: node.attribute.append(contentsOf: donor.attribute)
    case 6: if !node.attribute.isEmpty { node.attribute.remove(at: below(node.attribute.count)) }
    default: if !node.attribute.isEmpty { change(&node.attribute[below(node.attribute.count)]) }
    }
  }

  private mutating func change(_ attribute: inout ONNXAttributeProto) {
    switch attribute.type {
    case .int: attribute.i = number()
    case .ints: change(&attribute.ints)
    case .float: attribute.f = [0, -1, .nan, .infinity, 1e38, -1e-38].randomElement(using: &self) ?? 0
    case .floats: attribute.floats = attribute.floats.dropLast() + [.nan, 1e38]
    case .string:
      let words = [
        "", "SAME_UPPER", "linear", "reflect", "é", "../../etc/passwd", "bij,bjk->bik", "...a,a...->a",
      ]
      attribute.s = Data((words.randomElement(using: &self) ?? "").utf8)
    case .tensor: change(&attribute.t.dims)
    default: attribute.type = .int
    }
  }

  private mutating func change(_ list: inout [Int64]) {
    switch below(5) {
    case 0: list.append(number())
    case 1: list = list.dropLast()
    case 2: list = []
    case 3: list.reverse()
    default: if !list.isEmpty { list[below(list.count)] = number() }
    }
  }
}
