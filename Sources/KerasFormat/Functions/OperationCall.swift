import FileAccess
import SaliencyCore

/// A recorded call of a function of `keras.ops`, whose parameters are settings of the operation, positional arguments
/// or keywords.
struct OperationCall {
  let layer: LayerImport

  init(_ layer: LayerImport) {
    self.layer = layer
  }

  private func argument(_ position: Int?, _ names: [String]) -> LayerImport.Argument? {
    for name in names {
      if let keyword = layer.keywords[name] { return keyword }
    }
    guard let position, layer.arguments.indices.contains(position) else { return nil }
    return layer.arguments[position]
  }

  /// The operand at a position or under a name: a tensor, or numbers as a constant.
  func operand(_ position: Int, _ names: String...) throws(LayerFailure) -> Value {
    guard let argument = argument(position, names), let value = try value(of: argument) else {
      throw .invalid("operand \(position + 1) is missing")
    }
    return value
  }

  /// The only operand of most functions.
  func operand() throws(LayerFailure) -> Value { try operand(0, "x", "inputs", "input", "features") }

  /// The operands of a function that takes a list of them, or several arguments.
  func operands() throws(LayerFailure) -> [Value] {
    if case .list(let items)? = argument(0, ["xs", "arrays", "values", "inputs"]) {
      return try values(of: items)
    }
    return try values(of: layer.arguments)
  }

  private func values(of arguments: [LayerImport.Argument]) throws(LayerFailure) -> [Value] {
    try arguments.map { argument throws(LayerFailure) in
      guard let value = try value(of: argument) else { throw .invalid("an operand is missing") }
      return value
    }
  }

  private func value(of argument: LayerImport.Argument) throws(LayerFailure) -> Value? {
    switch argument {
    case .value(let value): return value.value
    case .list: return try argument.json.flatMap { json throws(LayerFailure) in try constant(json) }
    case .literal(let json): return try constant(json)
    }
  }

  /// Numbers of the configuration; nil for null.
  private func constant(_ json: JSONValue) throws(LayerFailure) -> Value? {
    if json == .null { return nil }
    let contents =
      ["__tensor__", "__numpy__"].contains(json["class_name"]?.text) ? json["config"]?["value"] : json
    guard let contents, let array = NumberArray(contents) else {
      throw .unsupported("an operand that is neither a tensor nor made of numbers is not supported")
    }
    return layer.builder.constant(Tensor(shape: array.shape, values: array.values.map { Float($0) }))
  }

  /// A parameter as the configuration has it; nil where it is not given or null.
  func parameter(_ name: String, _ position: Int? = nil) -> JSONValue? {
    if let setting = layer.settings[name] { return setting }
    guard let json = argument(position, [name])?.json, json != .null else { return nil }
    return json
  }

  func flag(_ name: String, _ position: Int? = nil) -> Bool { parameter(name, position)?.boolean ?? false }

  func number(_ name: String, _ position: Int? = nil) -> Float? {
    parameter(name, position)?.number.map { Float($0) }
  }

  func integer(_ name: String, _ position: Int? = nil) throws(LayerFailure) -> Int? {
    guard let json = parameter(name, position) else { return nil }
    guard let integer = json.integer else { throw .invalid("'\(name)' has to be a whole number") }
    return integer
  }

  func integers(_ name: String, _ position: Int? = nil) throws(LayerFailure) -> [Int]? {
    guard let json = parameter(name, position) else { return nil }
    if let number = json.integer { return [number] }
    let items = json.array ?? []
    let integers = items.compactMap(\.integer)
    guard integers.count == items.count, json.array != nil else {
      throw .invalid("'\(name)' has to be made of whole numbers")
    }
    return integers
  }

  /// An axis, resolved against `shape`.
  func axis(_ name: String = "axis", _ position: Int? = 1, default value: Int, of shape: Shape)
    throws(LayerFailure) -> Int
  {
    try resolve(try integer(name, position) ?? value, in: shape)
  }

  /// Axes, ascending; all where none are given.
  func axes(_ name: String = "axis", _ position: Int? = 1, of shape: Shape) throws(LayerFailure) -> [Int] {
    guard let axes = try integers(name, position) else { return Array(shape.indices) }
    return try axes.map { axis throws(LayerFailure) in try resolve(axis, in: shape) }.sorted()
  }

  func resolve(_ axis: Int, in shape: Shape) throws(LayerFailure) -> Int {
    guard let resolved = shape.resolved(axis: axis) else {
      throw .invalid("axis \(axis) does not exist in a tensor of \(shape.text)")
    }
    return resolved
  }

  /// The results of a reduction over the call's axes, which stay where `keepdims` says so.
  func reduced(
    _ value: Value, _ reduce: (Value, [Int]) throws(LayerFailure) -> Value
  ) throws(LayerFailure) -> Value {
    let axes = try axes(of: value.shape)
    let result = try reduce(value, axes)
    if flag("keepdims", 2) { return result }
    return result.reshaped(to: value.shape.indices.filter { !axes.contains($0) }.map { value.shape[$0] })
  }
}

extension LayerImport.Argument {
  /// The argument as the configuration has it; nil where a tensor is part of it.
  var json: JSONValue? {
    switch self {
    case .value: nil
    case .literal(let json): json
    case .list(let items):
      items.contains { $0.json == nil } ? nil : .array(items.compactMap(\.json))
    }
  }
}

/// Numbers in nested lists of equal lengths.
struct NumberArray {
  let shape: Shape
  let values: [Double]

  init?(_ json: JSONValue) {
    if let number = json.number ?? json.boolean.map({ $0 ? 1 : 0 }) {
      (shape, values) = ([], [number])
      return
    }
    guard let items = json.array else { return nil }
    let parts = items.compactMap(NumberArray.init)
    guard parts.count == items.count, parts.allSatisfy({ $0.shape == parts.first?.shape }) else { return nil }
    shape = [items.count] + (parts.first?.shape ?? [])
    values = parts.flatMap(\.values)
  }
}
