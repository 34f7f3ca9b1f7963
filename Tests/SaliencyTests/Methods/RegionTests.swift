import Foundation
import SaliencyCore
import SaliencyTestSupport
import Testing

@testable import Saliency

/// Methods that show and hide regions of an input. The network 'weights-2' is y = w · x with w = (1, −2, 0, ½), element by element.
@Suite("Methods over regions")
struct RegionTests {
  private static let input = Tensor(shape: [1, 4], values: [1, 2, 3, 4])

  private static func attribution(
    _ method: Saliency.Method, of input: Tensor = input, in model: String = "questions/weights-2",
    target: Target = .units([0, 1, 2, 3])
  ) async throws -> Tensor {
    let model = try Model(contentsOf: FixtureFolder.path + "/\(model).onnx")
    let explainer = try await Explainer(model, method: method, modifier: .none, inputShape: input.shape)
    return try await explainer.attribution(of: input, target: target).values
  }

  static let additive: [(String, [Float])] = [
    ("kernel-shap:regions=places", [1, -4, 0, 2]),
    ("shapley-sampling:regions=places:orders=1", [1, -4, 0, 2]),
    ("shapley-sampling:regions=places:orders=24", [1, -4, 0, 2]),
    ("kernel-shap:regions=grid:count=2", [-1.5, -1.5, 1, 1]),
    ("kernel-shap:regions=slic:count=1", [-0.25, -0.25, -0.25, -0.25]),
    ("kernel-shap:regions=places:baseline=1", [0, -2, 0, 1.5]),
    ("lime:regions=places:penalty=0", [1, -4, 0, 2]),
  ]

  @Test("Regions of a linear network have what it gives them", arguments: additive)
  func linear(method: String, expected: [Float]) async throws {
    let values = try await Self.attribution(Method(parsing: method)).values
    #expect(relativeError(values, expected) < 1e-4, "\(values)")
  }

  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let method: String
    let peer: String
    /// The regions that the method is given, where it is not left to find its own.
    let regions: [[Int]]?
    let map: [Float]
    var conformance: MethodConformance {
      let network = model
      guard regions != nil else { return MethodConformance(method, network: network, peer: peer) }
      return MethodConformance(method + ", in given regions", network: network, peer: peer)
    }
    var testDescription: String { "\(model), \(method)" }
  }

  struct Index: Decodable {
    let target: Int
    let maps: [Fixture]
  }

  /// What peers give, which `Scripts/fixtures/regions.py` writes down.
  static let index = Result { try FixtureFolder.decoded(Index.self, from: "regions/regions.json") }

  @Test("A map is within 1e-4 of the peer's", arguments: try index.get().maps)
  func peer(_ fixture: Fixture) async throws {
    let input = try Tensor(contentsOf: FixtureFolder.path + "/\(fixture.model).input.npy")
    var method = try Method(parsing: fixture.method)
    if let regions = fixture.regions {
      try #require(method.name == "xrai")
      method = Method(XRAI(steps: 20, regions: regions))
    }
    let map = try await Self.attribution(
      method, of: input, in: fixture.model, target: .unit(Self.index.get().target))
    try #require(map.values.count == fixture.map.count)
    let error = relativeError(map.values, fixture.map)
    #expect(error <= 1e-4)
    try fixture.conformance.record(error)
  }

  private static func plain() throws -> Tensor {
    let inputs = try Tensor(contentsOf: FixtureFolder.path + "/rules/plain.input.npy")
    return Tensor(shape: [1, 3, 8, 8], values: Array(inputs.values.prefix(192)))
  }

  @Test(
    "Many samples come near the exact values",
    arguments: ["kernel-shap:samples=2000", "shapley-sampling:orders=600"])
  func limit(method: String) async throws {
    let options = ":regions=grid:count=16"
    func values(_ method: String) async throws -> [Float] {
      try await Self.attribution(
        Method(parsing: method + options), of: Self.plain(), in: "rules/plain", target: .unit(2)
      ).values
    }
    let exact = try await values("kernel-shap:samples=70000")
    #expect(relativeError(try await values(method), exact) < 0.1)
    #expect(try await values(method) == values(method))
    #expect(try await values(method) != values(method + ":seed=1"))
  }

  @Test("Colors decide where regions end, and all of an image is in one that is connected")
  func superpixels() {
    // A red disc on blue.
    let (side, radius) = (32, 9.0)
    let isInside = (0..<side * side).map { place in
      hypot(Double(place % side) - 13, Double(place / side) - 17) < radius
    }
    let image = Tensor(
      shape: [1, 3, side, side],
      values: isInside.map { $0 ? 1 : 0 } + isInside.map { _ in 0.2 } + isInside.map { $0 ? 0 : 1 })
    for count in [4, 16, 40] {
      let regions = Superpixels.slic(count: count).regions(of: image, channelAxis: 1)
      #expect(regions.labels.count == side * side && regions.sizes.allSatisfy { $0 > 0 })
      #expect(regions.count >= count / 2 && regions.count <= 2 * count + 2, "\(count), \(regions.count)")
      #expect(isConnected(regions.labels, width: side))
      // A region is nearly all inside or nearly all outside.
      var inside = [Int](repeating: 0, count: regions.count)
      for (label, isInside) in zip(regions.labels, isInside) where isInside { inside[label] += 1 }
      let wrong = zip(inside, regions.sizes).reduce(0) { $0 + min($1.0, $1.1 - $1.0) }
      #expect(Double(wrong) < 0.02 * Double(side * side), "\(count): \(wrong)")
    }
    let last = Superpixels.slic(count: 16).regions(of: transposed(image), channelAxis: 3)
    #expect(last.labels == Superpixels.slic(count: 16).regions(of: image, channelAxis: 1).labels)
  }

  /// Channels last.
  private func transposed(_ image: Tensor) -> Tensor {
    let plane = image.shape[2] * image.shape[3]
    let values = image.values
    return Tensor(
      shape: [1, image.shape[2], image.shape[3], 3],
      values: (0..<plane * 3).map { values[$0 % 3 * plane + $0 / 3] })
  }

  private func isConnected(_ labels: [Int], width: Int) -> Bool {
    var isSeen = [Bool](repeating: false, count: labels.count)
    var parts = 0
    for start in labels.indices where !isSeen[start] {
      parts += 1
      var open = [start]
      isSeen[start] = true
      while let place = open.popLast() {
        for neighbor in [place - width, place + width, place - 1, place + 1]
        where labels.indices ~= neighbor && !isSeen[neighbor] && labels[neighbor] == labels[start]
          && (abs(neighbor - place) == width || neighbor / width == place / width)
        {
          isSeen[neighbor] = true
          open.append(neighbor)
        }
      }
    }
    return parts == Set(labels).count
  }

  @Test("A grid has even cells, along one axis too")
  func grid() {
    func labels(_ shape: Shape, _ count: Int, channelAxis: Int?) -> [Int] {
      let input = Tensor(shape: shape, values: .init(repeating: 0, count: shape.reduce(1, *)))
      return Superpixels.grid(count: count).regions(of: input, channelAxis: channelAxis).labels
    }
    #expect(labels([1, 6], 3, channelAxis: nil) == [0, 0, 1, 1, 2, 2])
    #expect(labels([1, 2, 5], 2, channelAxis: 1) == [0, 0, 0, 1, 1])
    #expect(labels([1, 3, 2, 4], 2, channelAxis: 1) == [0, 0, 1, 1, 0, 0, 1, 1])
    #expect(labels([1, 2, 4, 3], 2, channelAxis: 3) == [0, 0, 1, 1, 0, 0, 1, 1])
  }

  @Test("A system of equations is solved, and a singular one has a solution that fits")
  func systems() {
    let system = LinearSystem([[4, 2, 0], [2, 5, 3], [0, 3, 6]])
    let solution = system.solution([8, 21, 24])
    #expect(zip(solution, [1, 2, 3]).allSatisfy { abs($0 - $1) < 1e-6 }, "\(solution)")
    let singular = LinearSystem([[1, 1], [1, 1]]).solution([2, 2])
    #expect(abs(singular[0] + singular[1] - 2) < 1e-6 && singular.allSatisfy(\.isFinite))
  }

  @Test("What has to be hidden lies where the score comes from")
  func meaningfulPerturbation() async throws {
    let input = try Self.plain()
    func map(_ options: String = "") async throws -> Tensor {
      let text = "meaningful-perturbation:cells=8:steps=60:copies=2:baseline=zeros" + options
      return try await Self.attribution(
        Method(parsing: text), of: input, in: "rules/plain", target: .unit(2))
    }
    let mask = try await map()
    #expect(mask.shape == [1, 1, 8, 8])
    #expect(mask.values.allSatisfy { 0...1 ~= $0 } && mask.values.contains { $0 > 0.2 })
    #expect(try await map().values == mask.values)
    // Hiding what it names costs more than hiding as much elsewhere.
    let evaluator = try await Evaluator(
      Model(contentsOf: FixtureFolder.path + "/rules/plain.onnx"),
      method: Method(parsing: "meaningful-perturbation:cells=8:steps=60:copies=2:baseline=zeros"),
      inputShape: input.shape)
    let values = try await evaluator.evaluation(
      of: input, target: .unit(2), metrics: [Deletion(steps: 16), RemoveAndDebias(order: .least)]
    ).values
    #expect(values[0]!.value < values[1]!.value, "\(values)")
    let larger = try await map(":area=30")
    #expect(larger.values.reduce(0, +) < mask.values.reduce(0, +))
  }

  @Test("XRAI joins the regions with most attribution per pixel first, and keeps the sum")
  func xrai() async throws {
    // Six pixels; two regions overlap, and the last pixel is in none.
    let map = XRAI.joined([[0, 1, 2, 3], [0, 1], [3, 4]], [4, 2, 0, 1, 3, -1], least: 1)
    #expect(map == [3, 3, 0, 2, 2, -1])
    #expect(XRAI.joined([[0, 1], [1, 2]], [5, 1, 0], least: 2) == [3, 3, 0])
    #expect(XRAI.joined([], [1, 3], least: 1) == [2, 2])
    let map2 = try await Self.attribution(
      Method(XRAI(steps: 10, counts: [4, 8])), of: Self.plain(), in: "rules/plain", target: .unit(2))
    #expect(map2.shape == [1, 1, 8, 8] && Set(map2.values).count > 2)
  }

  @Test("A blurred baseline keeps the sum of what lies in the middle, channel by channel")
  func blur() throws {
    var values = [Float](repeating: 0, count: 2 * 21 * 21)
    values[10 * 21 + 10] = 1
    let image = Tensor(shape: [1, 2, 21, 21], values: values)
    let blurred = try Baseline.blur(standardDeviation: 2).tensor(for: image, channelAxis: 1).values
    #expect(abs(blurred.reduce(0, +) - 1) < 1e-4)
    #expect(abs(Double(blurred[10 * 21 + 12] / blurred[10 * 21 + 10]) - exp(-0.5)) < 1e-5)
    #expect(blurred.suffix(21 * 21).allSatisfy { $0 == 0 })
  }

  @Test("DeepLIFT refuses a baseline that depends on the input", arguments: [Baseline.mean, .blur()])
  func deepLIFT(baseline: Baseline) async throws {
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await Self.attribution(Method(DeepLIFT(baseline: baseline)))
    }
    #expect(error?.description.contains("beforehand") == true)
    #expect(throws: SaliencyError.self) { try Saliency.Method(parsing: "deeplift:baseline=blur") }
  }

  @Test("Too many regions for a regression are refused", arguments: ["lime", "kernel-shap"])
  func tooManyRegions(method: String) async throws {
    let path = "architectures/resnet-basic"
    let input = try Tensor(contentsOf: FixtureFolder.path + "/\(path).input.npy")
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await Self.attribution(
        Method(parsing: method + ":regions=places"), of: input, in: path, target: .unit(0))
    }
    for word in ["'\(method)'", "4096", "2000"] { #expect(error?.description.contains(word) == true) }
  }

  @Test("What is no image is refused by name")
  func errors() async throws {
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await Self.attribution(Method(MeaningfulPerturbation()))
    }
    #expect(error?.description.contains("for images") == true)
  }
}
