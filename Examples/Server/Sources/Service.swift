import FoundationEssentials
import Saliency

/// One model that is asked, and the requests that are being answered.
actor Service {
  private var explainers: ExplainerCache?
  private var running: [String: Task<Void, Never>] = [:]
  /// No more memory than this for weights and intermediate results, whatever is asked.
  private static let memoryLimit = 2 << 30

  /// Begins to answer a request; answers come in the order in which they are done.
  func take(_ line: String) {
    var id: String?
    do {
      let request = try Request(line: line)
      id = request.id
      if let other = request.cancel {
        running[other]?.cancel()
      } else if let bytes = request.model {
        let model = try Model(bytes: bytes, name: request.name ?? "model")
        explainers = ExplainerCache(model, executor: try Executor(memoryLimit: Self.memoryLimit))
      } else {
        return try ask(request)
      }
      Response(id: id).send()
    } catch {
      Response(id: id, error).send()
    }
  }

  private func ask(_ request: Request) throws {
    guard let explainers, let question = request.question, let input = request.input else {
      throw Self.invalid("a model comes first, then questions with inputs")
    }
    guard !question.namesFiles else { throw Self.invalid("a question cannot name files here") }
    running[request.id] = Task {
      let response: Response
      do {
        response = try await Self.answer(request.id, question, Array(input), explainers)
      } catch {
        response = Response(id: request.id, error)
      }
      response.send()
      running[request.id] = nil
    }
  }

  private static func invalid(_ reason: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: reason))
  }

  /// Waits until all requests are answered.
  func finish() async {
    for task in running.values { await task.value }
  }

  /// The report and the figure of an input.
  private static func answer(
    _ id: String, _ question: Question, _ input: [UInt8], _ explainers: ExplainerCache
  ) async throws -> Response {
    let model = try question.selecting(in: explainers.model)
    let prepared = try model.prepare(
      InputContents(decoding: input), overrides: question.preparation, origin: "request")
    let explainer = try await explainers.explainer(for: question, inputShape: prepared.tensor.shape)
    let attribution = try await explainer.attribution(of: prepared)
    var response = Response(id: id)
    response.report = ExplainReport(
      attribution, input: "request", prepared: prepared,
      target: question.losses.isEmpty ? "\(question.target ?? .top)" : nil)
    response.figure = Data(try attribution.figure().encoded(as: .pixels(.png)))
    try Task.checkCancellation()
    return response
  }
}
