import SaliencyCore

/// Which rule is for which weighted sum of a network, as an ordered list: the first entry that a sum fits says its rule, and a sum that fits
/// none has the ε-rule.
///
/// The names of the ready-made ones, ``epsilonPlus(epsilon:)`` and the others, are zennit's. One of one's own:
///
/// ```swift
/// let composite = RelevanceComposite(
///   "mine",
///   [
///     (.first(of: .convolutions), .zBox(low: .number(-1), high: .number(1))),
///     (.named("/head/Gemm"), .epsilon(0.1)),
///     (.convolutions, .gamma(0.5)),
///   ])
/// let explainer = try await Explainer(model, method: Method(LayerwiseRelevance(composite)))
/// ```
public struct RelevanceComposite: Sendable {
  /// A weighted sum as it is chosen.
  public struct Layer: Sendable, Hashable {
    /// What is summed over.
    public enum Kind: Sendable, Hashable {
      /// A convolution, or the transpose of one.
      case convolution
      /// A product with a matrix of weights.
      case dense
    }

    /// The name in the model.
    public let name: String
    /// What is summed over.
    public let kind: Kind
  }

  /// A choice of weighted sums.
  public struct Layers: Sendable {
    var isFirst = false
    /// The names that the network has to have.
    var names: [String] = []
    let matches: @Sendable (Layer) -> Bool

    /// Those that a closure says.
    public static func matching(_ matches: @escaping @Sendable (Layer) -> Bool) -> Layers {
      Layers(matches: matches)
    }

    /// All.
    public static let all = matching { _ in true }
    /// The convolutions and their transposes.
    public static let convolutions = matching { $0.kind == .convolution }
    /// The products with a matrix of weights.
    public static let dense = matching { $0.kind == .dense }
    /// Those with these names, which have to stand between the input and what is explained.
    public static func named(_ names: String...) -> Layers {
      Layers(names: names) { names.contains($0.name) }
    }
    /// Of others those that none of them stands before: mostly one, and several where the input is read by several.
    public static func first(of layers: Layers) -> Layers {
      Layers(isFirst: true, names: layers.names, matches: layers.matches)
    }
  }

  /// What the composite is called in reports.
  public let name: String
  /// The rules, and the sums that they are for.
  public let rules: [(layers: Layers, rule: RelevanceRule)]
  /// The ε of the sums without weights: additions, means, average poolings, products of activations.
  public var stabilizer = RelevanceRule.stabilizer
  /// Whether the shift of a normalization that stands alone keeps no relevance; it has its share where false.
  public var passesNormalizations = true

  /// A composite.
  public init(_ name: String, _ rules: [(layers: Layers, rule: RelevanceRule)]) {
    (self.name, self.rules) = (name, rules)
  }

  /// The same rules without biases.
  public func withoutBiases() -> RelevanceComposite {
    replacing((rules + [(.all, .epsilon(stabilizer))]).map { ($0.layers, $0.rule.withoutBiases()) })
  }

  /// The same with another rule for the first layer.
  public func startingWith(_ rule: RelevanceRule, name: String) -> RelevanceComposite {
    replacing([(.first(of: .all), rule)] + rules, name: name)
  }

  private func replacing(
    _ rules: [(layers: Layers, rule: RelevanceRule)], name: String? = nil
  ) -> RelevanceComposite {
    var composite = RelevanceComposite(name ?? self.name, rules)
    composite.stabilizer = stabilizer
    composite.passesNormalizations = passesNormalizations
    return composite
  }

  /// The rule for each site, by its node.
  ///
  /// - Throws: `SaliencyError` where there is no layer of a name that is asked for.
  func rules(
    for sites: [WeightedSumSite], in nodes: [Node]
  ) throws(SaliencyError) -> [Int: RelevanceRule] {
    var result: [Int: RelevanceRule] = [:]
    let known = sites.map(\.layer.name)
    for (layers, rule) in rules {
      if let unknown = layers.names.first(where: { !known.contains($0) }) {
        throw SaliencyError(
          .invalidSetting,
          "composite '\(name.printable())' has a rule for '\(unknown.printable())', which is no layer with weights between the input and what is "
            + "explained" + Suggestions.sentence(for: unknown, in: known))
      }
      let matching = sites.filter { layers.matches($0.layer) }
      let meant = layers.isFirst ? Self.first(of: matching, in: nodes) : matching
      for site in meant where result[site.node] == nil { result[site.node] = rule }
    }
    return result
  }

  /// The sites that no other of them stands before.
  private static func first(of sites: [WeightedSumSite], in nodes: [Node]) -> [WeightedSumSite] {
    let meant = Set(sites.map(\.node))
    var isBehind = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      isBehind[index] = node.operands.contains { isBehind[$0] || meant.contains($0) }
    }
    return sites.filter { !isBehind[$0.node] }
  }
}
