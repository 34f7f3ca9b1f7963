@testable import Saliency
import SaliencyCore
import Testing

/// What methods promise is checked, and the verdict is right.
@Suite("Attributions carry their own check")
struct CheckTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let model: String
    let method: String
    let kind: AttributionCheck.Kind
    let verdicts: Set<AttributionCheck.Verdict>
    var testDescription: String { "\(method) on \(model)" }

    init(
      _ model: String, _ method: String, _ kind: AttributionCheck.Kind,
      _ verdicts: Set<AttributionCheck.Verdict>
    ) {
      (self.model, self.method, self.kind, self.verdicts) = (model, method, kind, verdicts)
    }
  }

  static let cases: [Case] = [
    Case("plain", "gradient", .slope, [.holds]), Case("residual", "gradient", .slope, [.holds]),
    Case("multilabel", "gradient", .slope, [.holds]),
    Case("plain", "integrated-gradients:steps=200", .completeness, [.holds, .roughly]),
    Case("residual", "integrated-gradients:steps=50", .completeness, [.holds]),
    Case("residual", "integrated-gradients:steps=50:baseline=blur", .completeness, [.holds]),
    Case("residual", "integrated-gradients:steps=1:quadrature=left", .completeness, [.roughly, .fails]),
    Case("plain", "deeplift", .completeness, [.holds]),
    Case("multilabel", "deeplift:baseline=0.25", .completeness, [.holds]),
    Case("plain", "kernel-shap:regions=grid:count=4", .completeness, [.holds]),
    Case("residual", "shapley-sampling:regions=grid:count=9:orders=3", .completeness, [.holds]),
    Case("plain", "lrp", .conservation, [.holds, .roughly, .fails]),
    Case("plain", "guided", .none, [.unchecked]), Case("plain", "occlusion", .none, [.unchecked]),
  ]

  @Test("The check is the one that the method promises, with the right verdict", arguments: cases)
  func check(_ test: Case) async throws {
    let path = FixtureFolder.path + "/rules/\(test.model)"
    let (model, input) = (try Model(contentsOf: path + ".onnx"), try Tensor(contentsOf: path + ".input.npy"))
    let method = try Method(parsing: test.method)
    let explainer = try await Explainer(model, method: method, inputShape: input.shape)
    let checker = try await AttributionChecker(model, method: method, inputShape: input.shape)
    let checks = try await checker.checks(of: explainer.attribution(of: input))
    #expect(checks.count == input.shape[0])
    for check in checks {
      #expect(check.kind == test.kind && test.verdicts.contains(check.verdict), "\(check.text)")
    }
  }

  @Test(
    "Attributions in bfloat16 are held against scores in single precision",
    .enabled(
      if: Processor.current.hasBFloat16,
      "SKIPPED, NOT TESTED: this processor has neither avx512_bf16 nor amx_bf16"),
    arguments: ["gradient", "integrated-gradients:steps=50"])
  func bfloat16(method: String) async throws {
    let path = FixtureFolder.path + "/architectures/vit"
    let (model, input) = (try Model(contentsOf: path + ".onnx"), try Tensor(contentsOf: path + ".input.npy"))
    let (method, executor) = (try Method(parsing: method), try Executor(precision: .bf16))
    let explainer = try await Explainer(
      model, method: method, modifier: .none, inputShape: input.shape, executor: executor)
    let attribution = try await explainer.attribution(of: input)
    #expect(attribution.provenance.precision == .bf16)
    let check = try await AttributionChecker(
      model, method: method, inputShape: input.shape, executor: executor
    ).checks(of: attribution)[0]
    #expect(check.error < 0.05 && check.error > 0, "\(check.text)")
  }

  @Test("Losses and attributions for layers are checked where they can be")
  func losses() async throws {
    let path = FixtureFolder.path + "/rules/plain"
    let model = try Model(contentsOf: path + ".onnx")
    let inputs = try Tensor(contentsOf: path + ".input.npy")
    let shape = [1] + inputs.shape.dropFirst()
    let input = Tensor(shape: shape, values: Array(inputs.values.prefix(shape.reduce(1, *))))
    let losses: [(Loss, weight: Float)] = [(.activationMaximization(of: nil, filters: [1]), -0.5)]
    let explainer = try await Explainer(model, losses: losses, method: .gradient, inputShape: shape)
    let checker = try await AttributionChecker(model, losses: losses, method: .gradient, inputShape: shape)
    let check = try await checker.checks(of: explainer.attribution(of: input))[0]
    #expect(check.verdict == .holds, "\(check.text)")

    // Behind the rectifier zeros would tie in the pooling, where the score bends.
    let layer = LayerReference.name("/norm1/BatchNormalization")
    let inside = try await Explainer(model, withRespectTo: layer, inputShape: shape)
    let slope = try await AttributionChecker(
      model, method: .gradient, withRespectTo: layer, inputShape: shape
    )
    .checks(of: inside.attribution(of: input))[0]
    #expect(slope.kind == .slope && slope.verdict == .holds, "\(slope.text)")
    let paths = Method(IntegratedGradients(steps: 2))
    let sum = try await Explainer(model, method: paths, withRespectTo: layer, inputShape: shape)
    let none = try await AttributionChecker(model, method: paths, withRespectTo: layer, inputShape: shape)
      .checks(of: sum.attribution(of: input))[0]
    #expect(none.verdict == .unchecked && none.text.contains("layer"))
  }

  @Test("A verdict is a matter of the difference", arguments: [(1.0, 1.009), (1, 1.09), (1, 1.2), (0, 0)])
  func verdicts(claimed: Double, measured: Double) {
    let check = AttributionCheck(.completeness, claimed: claimed, measured: measured)
    let expected: AttributionCheck.Verdict =
      check.error <= 0.01 ? .holds : check.error <= 0.1 ? .roughly : .fails
    #expect(check.verdict == expected)
    #expect(
      check.text.contains(expected == .holds ? "holds" : expected == .roughly ? "roughly" : "does not hold"))
  }
}
