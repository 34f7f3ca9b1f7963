import FileAccess
import SaliencyCore

extension LayerTable {
  static let attention: [String: LayerKind] = [
    "MultiHeadAttention": LayerKind(variables: { layer throws(LayerFailure) in
      try projectionVariables(
        layer.settings, prefix: "", isGated: layer.settings.flag("use_gate", default: false))
    }) { layer throws(LayerFailure) in
      let heads = try layer.settings.integer("num_heads")
      let keySize = try layer.settings.integer("key_dim")
      let valueSize = try layer.settings.integer("value_dim", default: keySize)
      return try projectedAttention(
        layer, prefix: "", heads: heads, keyHeads: heads, keySize: keySize, valueSize: valueSize)
    },
    "GroupedQueryAttention": groupedQueryAttention,
    "GroupQueryAttention": groupedQueryAttention,
    "Attention": LayerKind(variables: { layer throws(LayerFailure) in
      var roles: [String] = []
      if try layer.settings.flag("use_scale", default: false) { roles.append("scale") }
      if try layer.settings.text("score_mode") == "concat" { roles.append("concat_score_weight") }
      return .list(roles)
    }) { layer throws(LayerFailure) in
      let usesScale = try layer.settings.flag("use_scale", default: false)
      let scale = usesScale ? try layer.weight("scale", shape: []) : nil
      let isConcatenated = try layer.settings.text("score_mode") == "concat"
      return try plainAttention(layer) { query, key throws(LayerFailure) in
        guard isConcatenated else {
          let scores = query.applying(MatrixProduct(transposesRight: true), key)
          return scale.map { scores * $0 } ?? scores
        }
        let sum = query.insertingAxis(2) + key.insertingAxis(1)
        let curved = (scale.map { sum * $0 } ?? sum).applying(HyperbolicTangent()).sum([3], keepsAxes: false)
        return curved * (try layer.weight("concat_score_weight", shape: []))
      }
    },
    "AdditiveAttention": LayerKind(variables: { layer throws(LayerFailure) in
      .list(try layer.settings.flag("use_scale", default: true) ? ["scale"] : [])
    }) { layer throws(LayerFailure) in
      let usesScale = try layer.settings.flag("use_scale", default: true)
      let scale = usesScale ? try layer.weight("scale") : nil
      return try plainAttention(layer) { query, key throws(LayerFailure) in
        let curved = (query.insertingAxis(2) + key.insertingAxis(1)).applying(HyperbolicTangent())
        return (scale.map { curved * $0 } ?? curved).sum([3], keepsAxes: false)
      }
    },
  ]

  private static let groupedQueryAttention = LayerKind(variables: { layer throws(LayerFailure) in
    try projectionVariables(
      layer.settings, prefix: "_", isGated: layer.settings.flag("use_gate", default: false))
  }) { layer throws(LayerFailure) in
    let size = try layer.settings.integer("head_dim")
    return try projectedAttention(
      layer, prefix: "_", heads: try layer.settings.integer("num_query_heads"),
      keyHeads: try layer.settings.integer("num_key_value_heads"), keySize: size, valueSize: size)
  }

  /// The dense layers inside, in the order in which they are built; their names differ in an underscore.
  private static func projectionVariables(
    _ settings: Settings, prefix: String, isGated: Bool
  ) throws(LayerFailure) -> [Variable] {
    let roles = try settings.usesBias ? ["kernel", "bias"] : ["kernel"]
    return ["query", "key"].flatMap { [Variable].list(roles, path: ["\(prefix)\($0)_dense"]) }
      + (isGated ? .list(roles, path: ["_gate_dense"]) : [])
      + ["value", "output"].flatMap { [Variable].list(roles, path: ["\(prefix)\($0)_dense"]) }
  }

  /// Attention of several heads between learnt projections of batch×time×features.
  private static func projectedAttention(
    _ layer: LayerImport, prefix: String, heads: Int, keyHeads: Int, keySize: Int, valueSize: Int
  ) throws(LayerFailure) -> [LayerValue] {
    guard 1...1 << 16 ~= keyHeads, 1...1 << 16 ~= heads, heads % keyHeads == 0, 1...1 << 20 ~= keySize,
      1...1 << 20 ~= valueSize
    else { throw .invalid("its numbers of heads or their sizes are out of range") }
    let named = ["query", "value", "key"].map { layer.keyword($0) }
    let operands = layer.inputs
    func operand(_ position: Int) -> LayerValue? {
      named[position] ?? (operands.indices.contains(position) ? operands[position] : nil)
    }
    guard let query = operand(0), let value = operand(1) else {
      throw .invalid("it is called on \(operands.count) tensors and takes a query and a value")
    }
    let key = operand(2) ?? value
    let axes = try AttentionAxes(layer, query.value.shape)
    let (queryShape, valueShape) = (query.value.shape, value.value.shape)
    guard [valueShape, key.value.shape].allSatisfy({ axes.fit($0, queryShape) }) else {
      throw LayerFailure(
        .shapeMismatch,
        "a query of \(queryShape.text), a value of \(valueShape.text) and a key of \(key.value.shape.text) do not fit"
      )
    }
    if !axes.isSequence, [query, value, key].contains(where: { $0.mask != nil }) {
      throw .unsupported("masks are supported for attention between batch×time×features alone")
    }
    func projected(_ input: Value, _ name: String, heads: Int, size: Int) throws(LayerFailure) -> Value {
      let path = [name == "gate" ? "_gate_dense" : "\(prefix)\(name)_dense"]
      let input = axes.sequence(of: input)
      let features = input.shape[2]
      let kernel = try layer.weight("kernel", shape: [features, heads, size], at: path)
        .reshaped(to: [features, heads * size])
      let bias = try layer.bias(shape: [heads, size], at: path)?.reshaped(to: [heads * size])
      let product =
        bias.map { input.applying(MatrixProduct(), kernel, $0) } ?? input.applying(MatrixProduct(), kernel)
      return product.reshaped(to: [input.shape[0], input.shape[1], heads, size]).transposed([0, 2, 1, 3])
    }
    let queries = try projected(query.value, "query", heads: heads, size: keySize)
    let positions = axes.attended.reduce(1) { $0 * queryShape[$1] }
    let keys = try projected(key.value, "key", heads: keyHeads, size: keySize)
      .repeated(axis: 1, count: heads / keyHeads)
    let values = try projected(value.value, "value", heads: keyHeads, size: valueSize)
      .repeated(axis: 1, count: heads / keyHeads)
    var scores =
      queries.applying(MatrixProduct(transposesRight: true), keys) * (1 / Float(keySize).squareRoot())
    if let mask = try attentionMask(layer, query: query, value: value, key: operand(2)) {
      scores = scores + (mask.insertingAxis(1) - 1) * 1e9
    }
    let weights = scores.applying(Softmax(axis: 3))
    var attended = weights.applying(MatrixProduct(), values)
    if try layer.settings.flag("use_gate", default: false) {
      attended =
        attended * (try projected(query.value, "gate", heads: heads, size: valueSize)).applying(Sigmoid())
    }
    let joined = attended.transposed([0, 2, 1, 3]).reshaped(
      to: [queries.shape.first ?? 0, positions, heads * valueSize])
    let kernel = try layer.weight("kernel", at: ["\(prefix)output_dense"])
    guard kernel.shape.count >= 3, kernel.shape[0] == heads, kernel.shape[1] == valueSize else {
      throw LayerFailure(
        .shapeMismatch,
        "the kernel of its output is \(kernel.shape.text) and has to begin with \(heads)×\(valueSize)")
    }
    let outputShape = Shape(kernel.shape[2...])
    var output = joined.applying(
      MatrixProduct(), kernel.reshaped(to: [heads * valueSize, outputShape.elementCount]))
    if let bias = try layer.bias(shape: outputShape, at: ["\(prefix)output_dense"]) {
      output = output + bias.reshaped(to: [outputShape.elementCount])
    }
    let result = LayerValue(
      axes.restored(output, features: outputShape, like: queryShape), mask: query.mask)
    return layer.flag("return_attention_scores") ? [result, LayerValue(weights)] : [result]
  }

  /// 1 where a query may see a key, [batch or 1, queries or 1, keys]; nil where all see all.
  private static func attentionMask(
    _ layer: LayerImport, query: LayerValue, value: LayerValue, key: LayerValue?
  ) throws(LayerFailure) -> Value? {
    let (queries, keys) = (
      query.value.shape[1..<query.value.shape.count - 1].reduce(1, *),
      value.value.shape[1..<value.value.shape.count - 1].reduce(1, *)
    )
    var masks: [Value] = []
    if let mask = layer.keyword("attention_mask")?.value {
      guard mask.shape.count == 3 else {
        throw .unsupported("an attention mask of \(mask.shape.text) is not supported")
      }
      masks.append(mask)
    }
    if let mask = layer.keyword("query_mask")?.value ?? query.mask { masks.append(mask.insertingAxis(2)) }
    if let mask = layer.keyword("value_mask")?.value ?? value.mask { masks.append(mask.insertingAxis(1)) }
    if let mask = layer.keyword("key_mask")?.value ?? key?.mask { masks.append(mask.insertingAxis(1)) }
    if layer.flag("use_causal_mask") { masks.append(causalMask(layer, queries, keys)) }
    if let window = try layer.settings.integerIfPresent("sliding_window") {
      masks.append(
        layer.builder.constant(.mask(queries, keys) { abs($0 - $1) < window }))
    }
    return masks.isEmpty ? nil : masks.dropFirst().reduce(masks[0], *)
  }

  private static func causalMask(_ layer: LayerImport, _ queries: Int, _ keys: Int) -> Value {
    layer.builder.constant(.mask(queries, keys) { $0 >= $1 })
  }

  /// Attention without projections, on [query, value] or [query, value, key].
  private static func plainAttention(
    _ layer: LayerImport, _ score: (_ query: Value, _ key: Value) throws(LayerFailure) -> Value
  ) throws(LayerFailure) -> [LayerValue] {
    let (query, value) = (try layer.input(0), try layer.input(1))
    let key = layer.inputs.count > 2 ? try layer.input(2) : value
    for operand in [query, value, key] where operand.shape.count != 3 {
      throw LayerFailure(
        .shapeMismatch, "it is called on a tensor of \(operand.shape.text) and takes batch×time×features")
    }
    let (queryMask, valueMask) = (layer.inputs[0].mask, layer.inputs[1].mask)
    var scores = try score(query, key)
    var masks = valueMask.map { [$0.insertingAxis(1)] } ?? []
    let wasCausal = try layer.settings.flag("causal", default: false)
    if wasCausal || layer.flag("use_causal_mask") {
      masks.append(causalMask(layer, query.shape[1], value.shape[1]))
    }
    if !masks.isEmpty { scores = scores + (masks.dropFirst().reduce(masks[0], *) - 1) * 1e9 }
    let weights = scores.applying(Softmax(axis: 2))
    var result = weights.applying(MatrixProduct(), value)
    if let queryMask { result = result * queryMask.insertingAxis(2) }
    let output = LayerValue(result, mask: queryMask)
    return layer.flag("return_attention_scores") ? [output, LayerValue(weights)] : [output]
  }
}

/// The axes over which positions attend to each other; the others, but for the features, are part of the batch.
private struct AttentionAxes {
  let attended: [Int]
  let batched: [Int]

  init(_ layer: LayerImport, _ shape: Shape) throws(LayerFailure) {
    guard 3...8 ~= shape.count else {
      throw LayerFailure(
        .shapeMismatch, "it is called on a tensor of \(shape.text) and takes batch×…×features")
    }
    let inner = Array(1..<shape.count - 1)
    let given = try layer.settings.list("attention_axes") ?? inner
    attended = given.map { $0 < 0 ? $0 + shape.count : $0 }.sorted()
    guard !attended.isEmpty, Set(attended).isSubset(of: inner), Set(attended).count == attended.count else {
      throw .invalid("attention_axes \(given) do not fit a tensor of \(shape.text)")
    }
    batched = [0] + inner.filter { !given.contains($0) }
  }

  /// Whether there is one axis of positions and nothing to rearrange.
  var isSequence: Bool { attended == [1] && batched == [0] }

  func fit(_ shape: Shape, _ query: Shape) -> Bool {
    shape.count == query.count && batched.allSatisfy { shape[$0] == query[$0] }
  }

  private var order: [Int] { batched + attended }

  /// The value as batch×positions×features.
  func sequence(of value: Value) -> Value {
    let shape = value.shape
    return value.transposed(order + [shape.count - 1]).reshaped(
      to: [
        batched.reduce(1) { $0 * shape[$1] }, attended.reduce(1) { $0 * shape[$1] }, shape[shape.count - 1],
      ])
  }

  /// The value with the axes of a tensor of `shape` and `features` behind them.
  func restored(_ value: Value, features: Shape, like shape: Shape) -> Value {
    let wide = value.reshaped(to: order.map { shape[$0] } + features)
    // What an operation that failed gives in place of a result has no axes.
    guard wide.shape.count == order.count + features.count else { return wide }
    return wide.transposed(
      order.indices.map { order.firstIndex(of: $0)! } + Array(order.count..<wide.shape.count))
  }
}

extension LayerImport {
  /// A keyword of the call that is true or false.
  fileprivate func flag(_ keyword: String) -> Bool {
    guard case .literal(let json)? = keywords[keyword] else { return false }
    return json.boolean ?? false
  }
}

extension Value {
  /// The value with an axis of extent 1 before the one at `axis`.
  func insertingAxis(_ axis: Int) -> Value {
    guard axis <= shape.count else {
      builder.fail(GraphError(.shapeMismatch, "a mask of \(shape.text) does not fit"))
      return self
    }
    return reshaped(to: Shape(shape[..<axis]) + [1] + shape[axis...])
  }

  /// Each element of an axis `count` times in a row.
  func repeated(axis: Int, count: Int) -> Value {
    guard count != 1 else { return self }
    var wide = shape
    wide.insert(count, at: axis + 1)
    var result = shape
    result[axis] *= count
    return insertingAxis(axis + 1).broadcast(to: wide).reshaped(to: result)
  }
}

extension Tensor {
  /// 1×rows×columns of 1 where a relation of row and column holds, 0 elsewhere.
  fileprivate static func mask(_ rows: Int, _ columns: Int, _ holds: (Int, Int) -> Bool) -> Tensor {
    Tensor(
      shape: [1, rows, columns],
      values: (0..<rows).flatMap { row in (0..<columns).map { holds(row, $0) ? 1 : 0 } })
  }
}
