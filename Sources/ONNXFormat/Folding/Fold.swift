import SaliencyCore

/// How an operator is worked out at import, where all of its operands are numbers known now.
struct Fold: Sendable {
  /// The results; nil where they are not worked out at import.
  typealias Body = @Sendable (NodeImport, [Numbers]) throws(ImportFailure) -> [Numbers]?

  /// Whether operands may be left out between others.
  let takesGaps: Bool
  /// Works the results out.
  let body: Body

  init(takesGaps: Bool = false, _ body: @escaping Body) {
    self.takesGaps = takesGaps
    self.body = body
  }

  /// A function of each element of one operand.
  static func elementwise(_ body: @escaping @Sendable (Double) -> Double) -> Fold {
    Fold { _, x throws(ImportFailure) in [try x[0].mapped(body)] }
  }
}

extension NodeImport {
  /// The results where all operands are numbers known now and `fold` works them out, else nil.
  func folded(by fold: Fold) throws(ImportFailure) -> [Numbers]? {
    guard !inputs.isEmpty else { return nil }
    var operands: [Numbers] = []
    for input in inputs {
      guard let input else {
        guard fold.takesGaps else { return nil }
        operands.append(Numbers(shape: [0], values: [], type: .float32))
        continue
      }
      guard case .numbers(let numbers) = input else { return nil }
      operands.append(numbers)
    }
    guard let results = try fold.body(self, operands) else { return nil }
    for result in results where result.values.count > Numbers.limit(for: result.type) {
      guard result.isInteger else { return nil }
      throw ImportFailure(
        .limitExceeded, "integers of \(result.shape.text) are more than are worked out at import")
    }
    return results
  }
}
