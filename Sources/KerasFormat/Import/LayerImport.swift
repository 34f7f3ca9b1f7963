import FileAccess
import SaliencyCore

/// What a layer's import sees: its settings and weights, what it is called on, and where to append.
struct LayerImport {
  /// What a layer is called on, with tensors in the places of references.
  indirect enum Argument {
    case value(LayerValue)
    case list([Argument])
    case literal(JSONValue)

    /// The tensors in it, in order.
    var values: [LayerValue] {
      switch self {
      case .value(let value): [value]
      case .list(let items): items.flatMap(\.values)
      case .literal: []
      }
    }
  }

  let configuration: LayerConfiguration
  let arguments: [Argument]
  let keywords: [String: Argument]
  let builder: GraphBuilder
  let weights: LayerWeights
  let session: ImportSession

  var settings: Settings { configuration.settings }

  /// The tensors that the layer is called on: the first argument, which may be a list, or all of them. Masks that the call
  /// names stand in the place of those that came along.
  var inputs: [LayerValue] {
    var inputs = arguments.flatMap(\.values)
    for (index, mask) in masks.enumerated() where inputs.indices.contains(index) {
      if let mask { inputs[index].mask = mask.value }
    }
    return inputs
  }

  /// The masks that the call names, one for each input or for the first alone; nil where it leaves one out.
  private var masks: [LayerValue?] {
    switch keywords["mask"] {
    case .list(let items)?: items.map(\.values.first)
    case let mask?: [mask.values.first]
    case nil: []
    }
  }

  /// The tensor at `index` of those that the layer is called on.
  func input(_ index: Int = 0) throws(LayerFailure) -> Value {
    let inputs = inputs
    guard inputs.indices.contains(index) else {
      throw .invalid("it is called on \(inputs.count) tensors and takes at least \(index + 1)")
    }
    return inputs[index].value
  }

  /// The tensor that the layer is called on, with as many axes as it takes.
  func input(rank range: ClosedRange<Int>, _ expected: String) throws(LayerFailure) -> Value {
    let value = try input()
    guard range.contains(value.shape.count) else {
      throw LayerFailure(
        .shapeMismatch, "it is called on a tensor of \(value.shape.text) and takes \(expected)")
    }
    return value
  }

  /// The tensor under a keyword; nil where there is none.
  func keyword(_ name: String) -> LayerValue? { keywords[name]?.values.first }

  /// Whether the layer's tensors have their channels in front.
  var hasChannelsFirst: Bool {
    get throws(LayerFailure) {
      switch try settings.text("data_format") ?? session.defaultDataFormat {
      case "channels_last": return false
      case "channels_first": return true
      case let other: throw .invalid("data_format '\(other.printable())' does not exist")
      }
    }
  }

  /// A weight, which has to have `shape`.
  func weight(_ role: String, shape: Shape, at path: [String] = []) throws(LayerFailure) -> Value {
    let value = try weight(role, at: path)
    guard value.shape == shape else {
      throw LayerFailure(
        .shapeMismatch, "its \(role) is \(value.shape.text) in the file and has to be \(shape.text)")
    }
    return value
  }

  /// A weight of whatever shape the file has.
  func weight(_ role: String, at path: [String] = []) throws(LayerFailure) -> Value {
    let variables = try LayerTable.variables(of: configuration)
    guard let variable = variables.first(where: { $0.role == role && $0.path == path }) else {
      throw LayerFailure(.missingWeights, "it has no \(role)")
    }
    return try session.constant(variable, of: self)
  }

  /// The settings of a layer inside this one, called on other tensors.
  func nested(
    _ layer: LayerConfiguration, at path: [String], on inputs: [LayerValue]
  ) throws(LayerFailure) -> [LayerValue] {
    try session.results(
      of: layer, arguments: [inputs.count == 1 ? .value(inputs[0]) : .list(inputs.map { .value($0) })],
      keywords: [:], weights: weights.inside(path))
  }
}
