import SaliencyCore

/// An option of a method with the value that it has, as people write it: "samples", "50".
public struct MethodOption: Sendable, Hashable, Codable {
  /// The option's name.
  public let name: String
  /// Its value, as ``Method/init(parsing:)`` reads it.
  public let value: String

  /// An option whose value is text, or a number as Swift writes it: the shortest text that means just that number.
  public init(_ name: String, _ value: some CustomStringConvertible) {
    (self.name, self.value) = (name, value.description)
  }
}

extension MethodOption {
  static func baseline(_ baseline: Baseline) -> MethodOption { MethodOption("baseline", baseline.text) }

  static func layers(_ layers: [LayerReference]) -> MethodOption {
    MethodOption("layer", layers.isEmpty ? "last" : layers.map(\.description).joined(separator: "+"))
  }

  static func regions(_ superpixels: Superpixels) -> [MethodOption] {
    switch superpixels {
    case .slic(let count, let compactness):
      [.init("regions", "slic"), .init("count", count), .init("compactness", compactness)]
    case .grid(let count): [.init("regions", "grid"), .init("count", count)]
    case .places: [.init("regions", "places")]
    }
  }
}

extension Baseline {
  /// The baseline as people write it.
  var text: String {
    switch self {
    case .zeros: "zeros"
    case .constant(let number): "\(number)"
    case .mean: "mean"
    case .blur(nil): "blur"
    case .blur(let standardDeviation?): "blur/\(standardDeviation)"
    case .tensor(let tensor): "tensor of \(tensor.shape.text)"
    }
  }
}

extension Method {
  /// The values of all of the method's options, in the order in which they are listed.
  public var options: [MethodOption] { body.options }

  /// The method as people write it, with the options that have other values than usual: `lime:count=10:samples=50`.
  public var specification: String { Self.shortSpecification(name, options) }

  /// A method with those of its options that have other values than usual.
  static func shortSpecification(_ name: String, _ options: [MethodOption]) -> String {
    let defaults = Set((try? Method(parsing: name))?.options ?? [])
    return specification(name, options.filter { !defaults.contains($0) })
  }

  /// The values of all options, where the layers that the method looked at stand for those that it was told or had to find.
  func options(resolving layers: [Network.Layer]) -> [MethodOption] {
    options.map { option in
      guard option.name == "layer", !layers.isEmpty else { return option }
      return MethodOption(option.name, layers.map(\.reference).joined(separator: "+"))
    }
  }

  /// The method as people write it, with all of its options.
  public var fullSpecification: String { Self.specification(name, options) }

  /// Whether the method can be chosen by its name, so that its text means all of it.
  var isInCatalog: Bool {
    guard !isCustom, let named = try? Method(parsing: fullSpecification) else { return false }
    return type(of: named.body) == type(of: body) && named.options == options
  }

  /// A method and some of its options as people write them.
  static func specification(_ name: String, _ options: [MethodOption]) -> String {
    ([name] + options.map { "\($0.name)=\($0.value)" }).joined(separator: ":")
  }
}

extension Network.Layer {
  /// What the layer is called in the options of a method: its name, or its index where the name has signs with a meaning there.
  fileprivate var reference: String {
    guard name.contains(where: { ":+".contains($0) }) || name.trimmingSpaces != name, let index else {
      return name
    }
    return "\(index)"
  }
}
