import SaliencyCore

/// ONNX's `Attention`, with masks, a cache of keys and values, and heads that share keys.
struct AttentionImport {
  private let node: NodeImport
  private let queries: Value
  private let keys: Value
  private let values: Value
  private let pastLength: Int

  init(_ node: NodeImport) throws(ImportFailure) {
    self.node = node
    let queryHeads = try node.integer("q_num_heads")
    let keyHeads = try node.integer("kv_num_heads")
    queries = try Self.headwise(node.value(0), queryHeads)
    var (keys, values) = (
      try Self.headwise(node.value(1), keyHeads), try Self.headwise(node.value(2), keyHeads)
    )
    if node.has(4), node.has(5) {
      let (past, pastValues) = (try node.value(4), try node.value(5))
      guard past.shape.count == 4 else {
        throw .invalid("past keys of \(past.shape.text) have not four axes")
      }
      pastLength = past.shape[2]
      keys = node.builder.append(Concatenation(axis: 2), [past, keys])
      values = node.builder.append(Concatenation(axis: 2), [pastValues, values])
    } else {
      pastLength = 0
    }
    (self.keys, self.values) = (keys, values)
    guard keys.shape[1] > 0, queries.shape[1] % keys.shape[1] == 0, values.shape[1] == keys.shape[1],
      queries.shape[2] > 0, keys.shape[2] > 0
    else {
      throw ImportFailure(
        .shapeMismatch, "queries of \(queries.shape.text) and keys of \(keys.shape.text) do not fit together")
    }
  }

  /// [batch, heads, length, size], from that or from [batch, length, heads · size].
  private static func headwise(_ value: Value, _ heads: Int?) throws(ImportFailure) -> Value {
    if value.shape.count == 4 { return value }
    guard value.shape.count == 3, let heads, heads > 0, value.shape[2] % heads == 0 else {
      throw .invalid("an operand of \(value.shape.text) is not divided into heads")
    }
    return value.reshaped(to: [value.shape[0], value.shape[1], heads, value.shape[2] / heads])
      .transposed([0, 2, 1, 3])
  }

  func results() throws(ImportFailure) -> [ImportedValue] {
    let repeats = queries.shape[1] / keys.shape[1]
    let heads = (0..<queries.shape[1]).map { Int32($0 / repeats) }
    let (shared, sharedValues) =
      repeats == 1 ? (keys, values) : (keys.gathered(heads, along: 1), values.gathered(heads, along: 1))
    let given = try node.number("scale")
    let scale = (given ?? 1 / Float(queries.shape[3]).squareRoot()).squareRoot()
    guard scale.isFinite else { throw .unsupported("a negative scale is not supported") }
    var scores = (queries * scale).applying(MatrixProduct(transposesRight: true), shared * scale)
    let raw = scores
    let cap = try node.number("softcap", default: 0)
    if cap > 0 { scores = (scores / cap).applying(HyperbolicTangent()) * cap }
    let capped = scores
    var weights: Value
    var biased = scores
    if let bias = try bias() {
      biased = scores + bias
      // Where every key is masked a softmax of −∞ alone would not be a number; such rows are 0.
      let zero = node.builder.constant(Tensor(0))
      let floor = node.builder.constant(Tensor(-.infinity))
      let isMasked = bias.extreme(over: [bias.shape.count - 1], isMaximum: true)
        .applying(Comparison(.equal), floor)
      let safe = scores + isMasked.applying(Selection(), zero, bias)
      weights = isMasked.applying(Selection(), zero, safe.applying(Softmax(axis: 3)))
    } else {
      weights = scores.applying(Softmax(axis: 3))
    }
    var output = weights.applying(MatrixProduct(), sharedValues)
    if try node.value(0).shape.count == 3 {
      output = output.transposed([0, 2, 1, 3])
      output = output.reshaped(to: [output.shape[0], output.shape[1], output.shape[2] * output.shape[3]])
    }
    let exposed: Value
    switch try node.integer("qk_matmul_output_mode", default: 0) {
    case 0: exposed = raw
    case 1: exposed = capped
    case 2: exposed = biased
    case 3: exposed = weights
    case let mode: throw .invalid("qk_matmul_output_mode \(mode) does not exist")
    }
    return [.computed(output), .computed(keys), .computed(values), .computed(exposed)]
  }

  /// What is added to the scores, −∞ where a query must not see a key; nil where there is no mask.
  private func bias() throws(ImportFailure) -> Value? {
    let (rows, columns) = (queries.shape[2], keys.shape[2])
    let builder = node.builder
    var result: Value?
    if node.has(3) {
      var mask = try node.value(3)
      if try node.input(3).type == .bool {
        mask = mask.applying(Selection(), builder.constant(Tensor(0)), builder.constant(Tensor(-.infinity)))
      }
      guard let length = mask.shape.last, length <= columns else {
        throw ImportFailure(.shapeMismatch, "a mask of \(mask.shape.text) does not fit \(columns) keys")
      }
      if length < columns {
        var after = mask.shape.map { _ in 0 }
        after[after.count - 1] = columns - length
        mask = mask.applying(Padding(before: mask.shape.map { _ in 0 }, after: after, value: -.infinity))
      }
      if mask.shape.count < 2 { mask = mask.reshaped(to: [1, columns]) }
      result = mask
    }
    func add(_ mask: Value) { result = result.map { $0 + mask } ?? mask }
    let lengths = node.has(6) ? try node.integers(6, "the lengths") : nil
    if let lengths, lengths.count != queries.shape[0] {
      throw ImportFailure(.shapeMismatch, "\(lengths.count) lengths do not fit \(queries.shape[0]) sequences")
    }
    // Queries stand at the end of the keys that there are; each sequence may have another number of them.
    let offsets = lengths.map { $0.map { $0 &- rows } } ?? [pastLength]
    let isCausal = try node.flag("is_causal")
    let left = try node.integer("left_window_size", default: -1)
    let right = try node.integer("right_window_size", default: -1)
    let (count, overflow) = (rows * columns).multipliedReportingOverflow(by: offsets.count)
    guard !overflow, count <= 1 << 26 else { throw .unsupported("a mask of \(rows)×\(columns) is too large") }
    if isCausal || left >= 0 || right >= 0 {
      add(
        mask([offsets.count, 1, rows, columns]) { batch, row, column in
          let distance = column &- (row &+ offsets[batch])
          return (!isCausal || distance <= 0) && (right < 0 || distance <= right)
            && (left < 0 || -distance <= left)
        })
    }
    if let lengths {
      add(mask([lengths.count, 1, 1, columns]) { batch, _, column in column < lengths[batch] })
    }
    return result
  }

  private func mask(_ shape: Shape, _ isVisible: (Int, Int, Int) -> Bool) -> Value {
    var values: [Float] = []
    values.reserveCapacity(shape.elementCount)
    for batch in 0..<shape[0] {
      for row in 0..<shape[2] {
        for column in 0..<shape[3] { values.append(isVisible(batch, row, column) ? 0 : -.infinity) }
      }
    }
    return node.builder.constant(Tensor(shape: shape, values: values))
  }
}
