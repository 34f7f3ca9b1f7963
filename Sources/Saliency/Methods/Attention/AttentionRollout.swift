public import SaliencyCore

/// Attention rollout: attention followed from layer to layer, Ã_L ⋯ Ã₂ Ã₁ with Ã = (Ā + 1) / 2, the rows of which sum to 1, and Ā the heads
/// of a layer taken together (Abnar and Zuidema, "Quantifying Attention Flow in Transformers", 2020).
///
/// The 1 stands for residual connections. For vision transformers whose attention sees all tokens at once; the map is the class token's
/// row, or without one the mean of all rows. It is the same for every class, and has one channel.
public struct AttentionRollout: GraphMethod {
  /// How the heads of a layer are taken together.
  public enum Heads: String, Sendable, CaseIterable {
    /// Their mean, as in the paper.
    case mean
    /// The largest of each element.
    case max
    /// The smallest of each element.
    case min
  }

  public let name = "attention-rollout"
  /// How the heads of a layer are taken together.
  public let heads: Heads

  /// - Parameter heads: how the heads of a layer are taken together.
  public init(heads: Heads = .mean) { self.heads = heads }

  public var defaultModifier: GradientModifier { .relu }

  public func attribution(_ context: MethodContext) throws -> Value {
    let attention = try AttentionMap(context, method: name)
    let steps = attention.sources.map { source in
      let mixed = attention.fused(attention.headwise(source), by: heads) + attention.identity
      return mixed / mixed.sum([2])
    }
    return attention.map(of: steps.dropFirst().reduce(steps[0]) { $1.applying(MatrixProduct(), $0) })
  }

  public var options: [MethodOption] {
    [.init("heads", heads.rawValue)]
  }

  static let entry = MethodEntry(
    "attention-rollout", "the attention of a vision transformer, followed from layer to layer",
    options: [
      .init(
        name: "heads", standard: "mean",
        summary: "how heads are taken together: " + Heads.allCases.map(\.rawValue).joined(separator: ", "))
    ], needsAttention: true
  ) { options throws(SaliencyError) in
    Method(AttentionRollout(heads: try options.choice("heads", of: Heads.self)))
  }
}
