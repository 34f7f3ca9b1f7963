import SaliencyCore

/// The activations that a recurrent operator names, with the parameters that belong to them.
struct RecurrentActivations {
  private let names: [String]
  private let alphas: [Float]
  private let betas: [Float]

  init(_ node: NodeImport) throws(ImportFailure) {
    names = node.attribute("activations")?.strings.map { String(decoding: $0, as: UTF8.self) } ?? []
    alphas = node.attribute("activation_alpha")?.floats ?? []
    betas = node.attribute("activation_beta")?.floats ?? []
  }

  /// The activations of each direction.
  ///
  /// Parameters are taken in order by the activations that have any, as ONNX Runtime does.
  func functions(
    defaults: [String], directions: Int
  ) throws(ImportFailure) -> [[(Value) -> Value]] {
    let names = names.isEmpty ? Array(repeating: defaults, count: directions).flatMap { $0 } : names
    guard names.count == defaults.count * directions else {
      throw .invalid(
        "it takes \(defaults.count) activations a direction, \(directions * defaults.count) in all, not "
          + "\(names.count)")
    }
    var (alphas, betas) = (alphas[...], betas[...])
    var functions: [(Value) -> Value] = []
    for name in names { functions.append(try Self.function(named: name, &alphas, &betas)) }
    return (0..<directions).map { Array(functions[$0 * defaults.count..<($0 + 1) * defaults.count]) }
  }

  private static func function(
    named name: String, _ alphas: inout ArraySlice<Float>, _ betas: inout ArraySlice<Float>
  ) throws(ImportFailure) -> (Value) -> Value {
    switch name.lowercased() {
    case "relu": return { $0.rectified() }
    case "tanh": return { $0.applying(HyperbolicTangent()) }
    case "sigmoid": return { $0.applying(Sigmoid()) }
    case "softsign": return { $0.softsign() }
    case "softplus": return { $0.applying(Softplus()) }
    case "leakyrelu":
      let alpha = alphas.popFirst() ?? 0.01
      return { $0.applying(LeakyRectifier(slope: alpha)) }
    case "thresholdedrelu":
      let alpha = alphas.popFirst() ?? 1
      return { $0.gated(by: $0, above: alpha) }
    case "elu":
      let alpha = alphas.popFirst() ?? 1
      return { $0.applying(ExponentialLinear(alpha: alpha)) }
    case "hardsigmoid":
      let (alpha, beta) = (alphas.popFirst() ?? 0.2, betas.popFirst() ?? 0.5)
      return { $0.hardSigmoid(alpha: alpha, beta: beta) }
    case "affine", "scaledtanh":
      // ONNX has no operators of these names whose defaults could be meant.
      guard let alpha = alphas.popFirst(), let beta = betas.popFirst() else {
        throw .invalid("activation \(name) needs an activation_alpha and an activation_beta")
      }
      if name.lowercased() == "affine" { return { $0 * alpha + beta } }
      return { ($0 * beta).applying(HyperbolicTangent()) * alpha }
    default: throw .invalid("activation '\(name.printable())' does not exist")
    }
  }
}
