public import SaliencyCore

/// Raw attention: how much the class token attends to each place in one layer, the mean over its heads (Dosovitskiy et al., "An Image is
/// Worth 16x16 Words", 2021, show it like this).
///
/// For vision transformers whose attention sees all tokens at once. Without a class token it is the mean over all tokens. The map is the same
/// for every class, and has one channel.
public struct RawAttention: GraphMethod {
  public let name = "attention"
  /// Which attention is shown, in the order of the network; −1 is the last.
  public let block: Int

  /// - Parameter block: which attention is shown, in the order of the network; −1 is the last.
  public init(block: Int = -1) { self.block = block }

  public var defaultModifier: GradientModifier { .relu }

  public func attribution(_ context: MethodContext) throws -> Value {
    let attention = try AttentionMap(context, method: name)
    let sources = attention.sources
    let index = block < 0 ? block + sources.count : block
    guard sources.indices.contains(index) else {
      throw SaliencyError(
        .invalidSetting,
        "attention \(block) does not exist; there are \(sources.count), counted from 0 to \(sources.count - 1)"
      )
    }
    return attention.map(of: attention.fused(attention.headwise(sources[index])))
  }

  public var options: [MethodOption] {
    [.init("block", block)]
  }

  static let entry = MethodEntry(
    "attention", "how much the class token of a vision transformer attends to each place in one layer",
    options: [.init(name: "block", standard: "-1", summary: "which attention, from 0 on; -1 is the last")],
    needsAttention: true
  ) { options throws(SaliencyError) in
    Method(RawAttention(block: try options.integer("block", in: -100_000...100_000)))
  }
}
