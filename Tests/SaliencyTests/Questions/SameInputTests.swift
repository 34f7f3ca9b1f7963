import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Inputs that are compared with themselves.
@Suite("An input compared with itself")
struct SameInputTests {
  private static let input = Tensor(shape: [1, 4, 3], values: ArrangedNetwork.numbers(12, seed: 5))

  private static func question(_ measure: Similarity, _ method: Saliency.Method) async throws -> (
    Model, Question
  ) {
    let model = try Model(bytes: ArrangedNetwork.series[0].file)
    let loss = try await model.similarity(to: input, measure: measure, named: "other.npy")
    return (model, Question(losses: [(loss, 1)], method: method, modifier: .none))
  }

  @Test("A distance of 0 has no slope, which is told with what has one")
  func distance() async throws {
    let (model, question) = try await Self.question(.l2, .gradient)
    let explainer = try await Explainer(model, question, inputShape: Self.input.shape)
    do {
      _ = try await explainer.attribution(of: Self.input)
      Issue.record("it was explained")
    } catch {
      for words in ["the distance to other.npy is 0", "has no slope", "another input", "cosine"] {
        #expect("\(error)".contains(words), "\(error)")
      }
    }
    let other = Tensor(shape: [1, 4, 3], values: ArrangedNetwork.numbers(12, seed: 6))
    #expect(try await explainer.attribution(of: other).values.values.allSatisfy(\.isFinite))
  }

  @Test("Cosine and dot product have a slope there", arguments: [Similarity.cosine, .dot])
  func others(_ measure: Similarity) async throws {
    let (model, question) = try await Self.question(measure, .gradient)
    let explainer = try await Explainer(model, question, inputShape: Self.input.shape)
    #expect(try await explainer.attribution(of: Self.input).values.values.allSatisfy(\.isFinite))
  }
}
