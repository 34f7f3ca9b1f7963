/// A built-in method as it is chosen by name.
public struct MethodEntry: Sendable {
  /// A parameter that can be set by name.
  public struct Option: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value where none is given.
    public let standard: String
    /// What it is, in a few words.
    public let summary: String

    /// The option that several methods have for their random numbers.
    static let seed = Option(name: "seed", standard: "0", summary: "where the random numbers start")
    /// The option that several methods have for their baseline.
    static let baseline = Option(name: "baseline", standard: "zeros", summary: "zeros, mean, or a number")
  }

  /// The name.
  public let name: String
  /// Other names that are in use.
  public let aliases: [String]
  /// One line about the method.
  public let summary: String
  /// Its parameters.
  public let options: [Option]
  let make: @Sendable (MethodOptions) throws(SaliencyError) -> Method

  init(
    _ name: String, aliases: [String] = [], _ summary: String, options: [Option] = [],
    make: @escaping @Sendable (MethodOptions) throws(SaliencyError) -> Method
  ) {
    (self.name, self.aliases, self.summary, self.options, self.make) = (name, aliases, summary, options, make)
  }
}

/// The values of a method's options, those that were given and the standard ones of the others.
struct MethodOptions: Sendable {
  let method: String
  fileprivate let values: [String: String]

  func text(_ name: String) -> String { values[name]! }

  /// A number in a range.
  func integer(_ name: String, in range: ClosedRange<Int>) throws(SaliencyError) -> Int {
    guard let value = Int(text(name)), range ~= value else {
      throw invalid(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A number in a range.
  func number(_ name: String, in range: ClosedRange<Float>) throws(SaliencyError) -> Float {
    guard let value = Float(text(name)), range ~= value else {
      throw invalid(name, "a number from \(range.lowerBound.text) to \(range.upperBound.text)")
    }
    return value
  }

  /// One of several cases.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, of type: Choice.Type
  ) throws(SaliencyError) -> Choice where Choice.RawValue == String {
    guard let value = Choice(rawValue: text(name)) else {
      throw invalid(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// The error for a value that is none of those that are possible.
  func invalid(_ name: String, _ expected: String) -> SaliencyError {
    SaliencyError(
      .invalidSetting,
      "method '\(method)' takes for '\(name)' \(expected), not '\(text(name).printable())'")
  }
}

extension Method {
  /// The built-in methods, in the order in which they are listed.
  public static let catalogue: [MethodEntry] =
    [
      MethodEntry("gradient", "the true gradient ∂f/∂x") { _ in .gradient },
      MethodEntry(
        "guided", "guided backpropagation: rectifiers pass positive gradients where they are active"
      ) { _ in
        .guided
      },
      MethodEntry(
        "rectified", aliases: ["deconvnet", "relu"],
        "rectified backpropagation: rectifiers pass positive gradients whatever the input"
      ) { _ in .rectified },
      MethodEntry("input-x-gradient", "x · ∂f/∂x, element by element") { _ in Method(InputTimesGradient()) },
      IntegratedGradients.entry,
      ExpectedGradients.entry,
    ] + DeepLIFT.entries + LayerwiseRelevance.entries + [
      GradCAM.entry,
      GradCAMPlusPlus.entry,
      HiResCAM.entry,
      XGradCAM.entry,
      LayerCAM.entry,
      GuidedGradCAM.entry,
      Occlusion.entry,
      RISE.entry,
    ] + SmoothGrad.entries

  /// A built-in method as people write it: `NAME`, or with parameters `NAME:OPTION=VALUE:OPTION=VALUE`, such as
  /// `integrated-gradients:steps=100`.
  ///
  /// - Throws: `SaliencyError` where there is no such method or option, or a value is out of its range.
  public init(parsing text: String) throws(SaliencyError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    guard let entry = Self.catalogue.first(where: { $0.name == parts[0] || $0.aliases.contains(parts[0]) })
    else {
      let names = Self.catalogue.map(\.name)
      throw SaliencyError(
        .invalidSetting,
        "there is no method '\(parts[0].printable())'" + Suggestions.sentence(for: parts[0], in: names)
          + "; the methods are " + names.joined(separator: ", "))
    }
    var values = Dictionary(uniqueKeysWithValues: entry.options.map { ($0.name, $0.standard) })
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(\.trimmingSpaces)
      guard pair.count == 2, values[pair[0]] != nil else {
        let names = entry.options.map(\.name).joined(separator: ", ")
        throw SaliencyError(
          .invalidSetting,
          "method '\(entry.name)' has no option '\(pair[0].printable())'"
            + (names.isEmpty ? "; it has none" : ", as in OPTION=VALUE; its options are \(names)"))
      }
      values[pair[0]] = pair[1]
    }
    self = try entry.make(MethodOptions(method: entry.name, values: values))
  }
}
