/// The messages that `onnx.proto` declares.
enum MessageKind: String, CaseIterable {
  case model = "ModelProto"
  case operatorSet = "OperatorSetIdProto"
  case stringEntry = "StringStringEntryProto"
  case graph = "GraphProto"
  case node = "NodeProto"
  case attribute = "AttributeProto"
  case tensor = "TensorProto"
  case sparseTensor = "SparseTensorProto"
  case valueInfo = "ValueInfoProto"
  case type = "TypeProto"
  case tensorType = "Tensor"
  case otherType = "Other"
  case shape = "TensorShapeProto"
  case dimension = "Dimension"
  case function = "FunctionProto"
}

/// What a field holds.
enum FieldContents: Equatable {
  /// Integers and enumerations.
  case varint
  case float
  case string
  case bytes
  case message(MessageKind)
}

/// What is allowed in a field.
struct FieldRule: Equatable {
  var contents: FieldContents
  var isRepeated: Bool
}

extension MessageKind {
  /// The rule for the field with `number`, or nil for fields that are not read.
  func rule(forField number: Int) -> FieldRule? {
    switch (self, number) {
    case (.model, 1): one(.varint)
    case (.model, 2), (.model, 3): one(.string)
    case (.model, 7): one(.message(.graph))
    case (.model, 8): many(.message(.operatorSet))
    case (.model, 14): many(.message(.stringEntry))
    case (.model, 25): many(.message(.function))

    case (.operatorSet, 1): one(.string)
    case (.operatorSet, 2): one(.varint)

    case (.stringEntry, 1), (.stringEntry, 2): one(.string)

    case (.graph, 1): many(.message(.node))
    case (.graph, 2): one(.string)
    case (.graph, 5): many(.message(.tensor))
    case (.graph, 11), (.graph, 12): many(.message(.valueInfo))
    case (.graph, 15): many(.message(.sparseTensor))

    case (.node, 1), (.node, 2): many(.string)
    case (.node, 3), (.node, 4), (.node, 7), (.node, 8): one(.string)
    case (.node, 5): many(.message(.attribute))

    case (.attribute, 1), (.attribute, 21): one(.string)
    case (.attribute, 2): one(.float)
    case (.attribute, 3), (.attribute, 20): one(.varint)
    case (.attribute, 4): one(.bytes)
    case (.attribute, 5): one(.message(.tensor))
    case (.attribute, 6): one(.message(.graph))
    case (.attribute, 7): many(.float)
    case (.attribute, 8): many(.varint)
    case (.attribute, 9): many(.bytes)
    case (.attribute, 10): many(.message(.tensor))
    case (.attribute, 11): many(.message(.graph))
    case (.attribute, 22): one(.message(.sparseTensor))

    case (.tensor, 1): many(.varint)
    case (.tensor, 2), (.tensor, 14): one(.varint)
    case (.tensor, 8): one(.string)
    case (.tensor, 13): many(.message(.stringEntry))

    case (.sparseTensor, 1), (.sparseTensor, 2): one(.message(.tensor))
    case (.sparseTensor, 3): many(.varint)

    case (.valueInfo, 1): one(.string)
    case (.valueInfo, 2): one(.message(.type))

    case (.type, 1): one(.message(.tensorType))
    case (.type, 4), (.type, 5), (.type, 7), (.type, 8), (.type, 9): one(.message(.otherType))

    case (.tensorType, 1): one(.varint)
    case (.tensorType, 2): one(.message(.shape))

    case (.shape, 1): many(.message(.dimension))

    case (.dimension, 1): one(.varint)
    case (.dimension, 2): one(.string)

    case (.function, 1), (.function, 10), (.function, 13): one(.string)
    case (.function, 4), (.function, 5), (.function, 6): many(.string)
    case (.function, 7): many(.message(.node))
    case (.function, 9): many(.message(.operatorSet))
    case (.function, 11): many(.message(.attribute))

    default: nil
    }
  }
}

private func one(_ contents: FieldContents) -> FieldRule {
  FieldRule(contents: contents, isRepeated: false)
}

private func many(_ contents: FieldContents) -> FieldRule {
  FieldRule(contents: contents, isRepeated: true)
}
