import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Explanations are evaluated item by item, wherever the network has its items.
@Suite("Items of any layout are evaluated")
struct EvaluatedLayoutTests {
  private static let metrics: [any ExplanationMetric] = [
    Deletion(steps: 4), SensitivityN(sizes: 2, subsets: 10), Infidelity(samples: 10),
    MaxSensitivity(samples: 2), Sparseness(), ModelRandomization(steps: 1),
  ]

  private static func values(
    _ network: ArrangedNetwork, _ plain: Tensor, _ method: String, mask: [Bool]? = nil
  ) async throws -> [[Double?]] {
    let model = try Model(bytes: network.file)
    let method = try Method(parsing: method)
    var values: [[Double?]] = []
    for item in try model.items(of: network.input(plain)) {
      let evaluator = try await Evaluator(model, method: method, inputShape: item.shape)
      #expect(evaluator.inputShape == item.shape)
      let evaluation = try await evaluator.evaluation(
        of: item, mask: mask, target: .unit(1), metrics: metrics)
      values.append(evaluation.values.map { $0?.value })
    }
    return values
  }

  private static func check(_ network: ArrangedNetwork, of all: [ArrangedNetwork], _ method: String)
    async throws
  {
    let count = network.itemAxis == nil ? 1 : 2
    let extents = all[0].extents.dropFirst().compactMap(\.self)
    let plain = Tensor(
      shape: [count] + extents,
      values: ArrangedNetwork.numbers(count * extents.reduce(1, *), seed: 7))
    let found = try await values(network, plain, method)
    let expected = try await values(all[0], plain, method)
    #expect(found.count == count)
    for (found, expected) in zip(found, expected) {
      for (value, other) in zip(found, expected) {
        #expect(abs((value ?? .nan) - (other ?? .nan)) < 1e-4, "\(found) \(expected)")
      }
    }
  }

  @Test(
    "Metrics of a series are those of the same series with its items in front",
    arguments: ArrangedNetwork.series, ["gradient", "integrated-gradients:steps=5", "occlusion:window=1"])
  func series(_ network: ArrangedNetwork, _ method: String) async throws {
    try await Self.check(network, of: ArrangedNetwork.series, method)
  }

  @Test(
    "Metrics of an image are those of the same image in a batch", arguments: ArrangedNetwork.images,
    ["gradient", "occlusion:window=2"])
  func images(_ network: ArrangedNetwork, _ method: String) async throws {
    try await Self.check(network, of: ArrangedNetwork.images, method)
  }

  @Test("Images without a batch are images to metrics, and series are not")
  func forms() throws {
    for network in ArrangedNetwork.images + ArrangedNetwork.series {
      let model = try Model(bytes: network.file)
      let shape = network.extents.enumerated().map { $0.offset == network.itemAxis ? 1 : $0.element ?? 1 }
      let form = try model.evaluatedForm(ofItem: shape)
      #expect(form.isImage == shape.contains(5), "\(network)")
      #expect(!form.areTokens)
    }
  }

  @Test("An item of a fixed batch that depends on the others cannot be evaluated alone")
  func mixing() async throws {
    var made = MadeModel()
    made.input("x", [2, 3])
    made.node("ReduceMean", ["x"], ["m"], ["axes": .integers([0, 1]), "keepdims": .integer(1)])
    made.node("Sub", ["x", "m"], ["y"])
    made.output("y")
    let model = try Model(bytes: made.file)
    // What nothing shows to be items is one item.
    let input = Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])
    #expect(try model.items(of: input).map(\.shape) == [[2, 3]])
    var said = model
    said.layouts = ["x": [.items, .units]]
    let items = try said.items(of: input)
    #expect(items.map(\.values) == [[1, 2, 3], [4, 5, 6]])
    do {
      _ = try await Evaluator(said, method: .gradient, inputShape: [1, 3])
      Issue.record("it was compiled")
    } catch {
      for words in ["2 items at once", "nothing shows that they do not depend on each other"] {
        #expect("\(error)".contains(words), "\(error)")
      }
    }
  }
}
