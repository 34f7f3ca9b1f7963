import SaliencyCore

/// The attention of a vision transformer as matrices of tokens against tokens.
struct AttentionMap {
  /// The weights of each attention on the way to what is explained, as the network has them.
  let sources: [Value]
  private let context: MethodContext
  private let grid: ActivationGrid
  private let leading: Int
  private let tokens: Int

  /// - Throws: `SaliencyError` where the network has no attention, or one that does not see all tokens of the image at once.
  init(_ context: MethodContext, method: String) throws(SaliencyError) {
    let geometry = try context.placeGeometry()
    let path = context.explained.path(from: context.input)
    let nodes = context.network.graph.nodes
    let matrices = AttentionMatrices(context.network).matrices.filter { path.contains($0.softmax) }
    guard let first = matrices.first else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(method)' follows attention, and there is none: no softmax between two products of what depends on the input; "
          + "take grad-cam or another method")
    }
    tokens = nodes[first.softmax].shape.last!
    for matrix in matrices {
      let shape = nodes[matrix.softmax].shape
      let isWhole = shape.count == 4 ? shape[0] == context.input.shape[0] : shape.count == 3
      guard isWhole, shape.suffix(2) == [tokens, tokens], shape[0] % max(context.input.shape[0], 1) == 0
      else {
        throw SaliencyError(
          .invalidSetting,
          "method '\(method)' follows attention of all \(tokens) tokens to all; that of '\(nodes[matrix.softmax].name.printable())' "
            + "is \(shape.text), within windows or of other tokens; take grad-cam or another method")
      }
    }
    let axis = nodes[first.softmax].shape.count - 1
    guard let grid = geometry.tokenGrid(ofNode: first.softmax, axis: axis) else {
      throw SaliencyError(
        .invalidSetting,
        "the \(tokens) tokens of '\(nodes[first.softmax].name.printable())' are no grid over the input, as far as the graph shows"
      )
    }
    (self.grid, leading, self.context) = (grid, grid.leadingCount, context)
    sources = matrices.map { context.builder.value(at: $0.softmax) }
  }

  /// Weights, or gradients of weights, as batch×heads×tokens×tokens.
  func headwise(_ value: Value) -> Value {
    let batch = context.input.shape[0]
    return value.reshaped(to: [batch, value.shape.dropLast(2).reduce(1, *) / batch, tokens, tokens])
  }

  /// The matrix 1, one for each item, batch×tokens×tokens.
  var identity: Value {
    var values = [Float](repeating: 0, count: tokens * tokens)
    for token in 0..<tokens { values[token * tokens + token] = 1 }
    let matrix = context.builder.constant(Tensor(shape: [1, tokens, tokens], values: values))
    return matrix.broadcast(to: [context.input.shape[0], tokens, tokens])
  }

  /// Heads as one matrix, batch×tokens×tokens.
  func fused(_ value: Value, by heads: AttentionRollout.Heads = .mean) -> Value {
    let fused =
      switch heads {
      case .mean: value.mean([1])
      case .max: value.largest([1])
      case .min: value.smallest([1])
      }
    return fused.reshaped(to: [value.shape[0], tokens, tokens])
  }

  /// What the token that the output is read from has of each place: the row of the class token, or where there is none the mean of all
  /// rows, stretched to the image.
  func map(of matrix: Value) -> Value {
    let row = leading > 0 ? matrix.sliced(axis: 1, from: 0, count: 1) : matrix.mean([1])
    let places = row.sliced(axis: 2, from: leading, count: grid.count)
    return context.stretched(places.reshaped(to: [matrix.shape[0], 1] + grid.extents))
  }
}
