public import SaliencyCore

/// Gradient × attention rollout: R = 1, and layer by layer R ← R + Ā R with Ā the mean over heads of max(∂f/∂A · A, 0) (Chefer et al.,
/// "Generic Attention-model Explainability for Interpreting Bi-Modal and Encoder-Decoder Transformers", 2021).
///
/// Unlike plain attention it tells classes apart. For vision transformers whose attention sees all tokens at once; the map is the class
/// token's row, or without one the mean of all rows, and has one channel.
public struct GradientAttentionRollout: GraphMethod {
  public let name = "attention-gradient"

  /// The method; it has no parameters.
  public init() {}

  public var defaultModifier: GradientModifier { .relu }

  public func attribution(_ context: MethodContext) throws -> Value {
    let attention = try AttentionMap(context, method: name)
    let gradients = try context.gradients(withRespectTo: attention.sources)
    var relevance = attention.identity
    for (source, gradient) in zip(attention.sources, gradients) {
      let heads = attention.headwise((source * gradient).rectified())
      relevance = relevance + attention.fused(heads, by: .mean).applying(MatrixProduct(), relevance)
    }
    return attention.map(of: relevance)
  }

  static let entry = MethodEntry(
    "attention-gradient", aliases: ["chefer"],
    "attention weighed with its gradients, followed from layer to layer; tells classes apart",
    needsAttention: true
  ) { _ in Method(GradientAttentionRollout()) }
}
