@testable import Saliency
import SaliencyCore
import Testing

@Suite("Keras models")
struct KerasModelTests {
  private func model(_ file: String) throws -> Model {
    try Model(contentsOf: FixtureFolder.path + "/keras/" + file)
  }

  @Test("Layers have Keras's names and indices; those of nested models have names alone, behind their model")
  func layers() throws {
    let network = try model("nested.keras").network(inputShape: [1, 4])
    #expect(
      network.layers.map { "\($0.index.map(String.init) ?? "-") \($0.name)" } == [
        "0 input_layer_1", "1 chain", "- chain/chain_dense", "- chain/inner", "- chain/inner/inner_dense",
        "2 inner", "- inner/inner_dense", "2 inner#2", "- inner/inner_dense#2", "3 add", "4 head",
      ])
  }

  @Test("A layer that is called several times is listed a call, with the layers of a nested model behind it")
  func calls() throws {
    let twice = try model("nested-twice.keras")
    let network = try twice.selecting(
      input: twice.inputs[0].name, given: [twice.inputs[1].name: Tensor(shape: [1, 3], values: [1, 2, 3])]
    ).network(inputShape: [1, 3])
    #expect(
      network.layers.filter { $0.index != 0 && $0.index != 1 }.map(\.name) == [
        "branch", "branch/between", "branch/leaf", "branch/leaf/dense", "branch/leaf#2",
        "branch/leaf/dense#2",
        "branch/average", "branch#2", "branch/between#2", "branch/leaf#3", "branch/leaf/dense#3",
        "branch/leaf#4", "branch/leaf/dense#4", "branch/average#2", "subtract",
      ])
  }

  @Test("A layer's name means the call on the way from the asked input")
  func asked() async throws {
    let twice = try model("nested-twice.keras")
    for (asked, expected) in [(0, [1, 0, 0]), (1, [-1, 0, 0])] as [(Int, [Float])] {
      let names = [twice.inputs[asked].name, twice.inputs[1 - asked].name]
      let input = Tensor(shape: [1, 3], values: [0.5, -1, 2])
      let chosen = try twice.selecting(input: names[0], given: [names[1]: input])
      for layer in ["branch", asked == 0 ? "branch#1" : "branch#2"] as [LayerReference] {
        let explainer = try await Explainer(
          chosen, modifier: .none, withRespectTo: layer, inputShape: [1, 3])
        #expect(try await explainer.attribution(of: input, target: .unit(0)).values.values == expected)
      }
      let other = asked == 0 ? "branch#2" : "branch"
      let error = await #expect(throws: SaliencyError.self) {
        try await Explainer(
          chosen, withRespectTo: asked == 0 ? "branch#2" : "branch#1", inputShape: [1, 3])
      }
      #expect(
        error?.message.hasPrefix("layer '\(other)' does not depend on the input '\(names[0])'") == true,
        "\(error?.message ?? "")")
    }
  }

  @Test("The input of a Sequential model is none of its layers, as in Keras")
  func sequentialLayers() throws {
    for (file, height) in [("sequential.keras", 8), ("sequential-two-h5.h5", 8), ("keras1-sequential.h5", 9)]
    {
      let layers = try model(file).network(inputShape: [1, height, 8, 3]).layers
      #expect(layers.first?.index == 0 && layers.first?.name.contains("conv") == true, "\(file)")
    }
  }

  @Test(
    "A layer is found by its name, by its index, and from the end",
    arguments: [("chain/inner/inner_dense", "chain/inner/inner_dense"), ("3", "add"), ("-1", "head")])
  func lookup(_ text: String, _ name: String) throws {
    let network = try model("nested.keras").network(inputShape: [1, 4])
    #expect(try network.layer(.name(text)).name == name)
  }

  @Test("A layer that does not exist is refused with the range of indices")
  func unknownLayer() throws {
    let network = try model("nested.keras").network(inputShape: [1, 4])
    let error = #expect(throws: SaliencyError.self) { try network.layer("5") }
    #expect(error?.message == "layer 5 does not exist; layers are counted from 0 to 4")
  }

  @Test("Activations inside layers are reported, overridden or not")
  func activations() async throws {
    let explainer = try await Explainer(try model("sequential.keras"), method: .guided)
    #expect(explainer.provenance.overriddenLayers == ["conv2d"])
    #expect(explainer.provenance.keptActivations.isEmpty)
    let error = await #expect(throws: SaliencyError.self) {
      try await Explainer(try model("activation-gelu.keras"), method: .guided)
    }
    #expect(error?.code == .methodMatchedNothing)
    #expect(error?.message.contains("only Activation") == true)
  }

  @Test(
    "Where an image has its channels follows from the shape, or else from what is usual",
    arguments: [
      ([nil, 3, 224, 224], .channelsLast, .channelsFirst),
      ([nil, 224, 224, 3], .channelsFirst, .channelsLast),
      ([1, 1, 28, 28], .channelsLast, .channelsFirst), ([nil, 3, 8, 3], .channelsFirst, .channelsFirst),
      ([nil, 3, 8, 3], .channelsLast, .channelsLast), ([nil, nil, nil, 3], .channelsFirst, .channelsLast),
      ([nil, 8, 8, 16], .channelsLast, .channelsLast), ([nil, 10], .channelsFirst, .channelsFirst),
    ] as [([Int?], ImageLayout, ImageLayout)])
  func layout(_ dimensions: [Int?], usual: ImageLayout, expected: ImageLayout) {
    #expect(ImageLayout(of: dimensions, default: usual) == expected)
  }

  @Test("An image in channels last is drawn as the same one in channels first")
  func images() throws {
    let first = Tensor(shape: [1, 3, 2, 2], values: (0..<12).map { Float($0) })
    let last = Tensor(shape: [1, 2, 2, 3], values: [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    #expect(
      try Image(showing: first, layout: .channelsFirst).pixels
        == Image(showing: last, layout: .channelsLast).pixels)
    #expect(throws: SaliencyError.self) { try Image(showing: last, layout: .channelsFirst) }
  }

  @Test("Pixels are left as they are where the model scales them, and the origin says so")
  func scaling() throws {
    let preprocessing = try model("rescaling.keras").preprocessing()
    #expect(preprocessing.layout == .channelsLast)
    #expect(preprocessing.scale == .init(value: 1, origin: "layers of the model"))
    #expect(preprocessing.mean == .init(value: [0], origin: "layers of the model"))
    #expect(!preprocessing.isGuessed)
  }
}
