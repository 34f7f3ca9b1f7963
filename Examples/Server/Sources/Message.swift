import FoundationEssentials
import Saliency

/// A request, as one line of JSON; bytes are in base64.
struct Request: Decodable {
  /// What tells the request from others; its answer has it, too.
  let id: String
  /// A model's file, which questions are about from now on.
  let model: Data?
  /// What the model is called in reports.
  let name: String?
  /// A question, with the input that it is about: an image or a `.npy` file.
  let question: Question?
  let input: Data?
  /// The request that nobody waits for any more.
  let cancel: String?

  init(line: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Request.self, from: Data(line.utf8))
  }
}

/// An answer, as one line of JSON.
struct Response: Encodable {
  /// That of the request; nil where the request could not be read.
  let id: String?
  /// The status of an HTTP response.
  var status = 200
  /// What was found out, as `saliency explain --json` prints it.
  var report: ExplainReport?
  /// The figure, a PNG file in base64.
  var figure: Data?
  /// What went wrong.
  var error: ErrorReport?

  init(id: String?) { self.id = id }

  /// The answer to a request that failed.
  init(id: String?, _ error: any Error) {
    self.id = id
    let report = ErrorReport(error, input: "input", model: "model")
    (status, self.error) = (report.category.httpStatus, report)
  }

  func send() {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    guard let line = try? encoder.encode(self) else { return }
    // Nobody can be told where the reader has gone.
    try? StandardStream.output.write(Array(line) + Array("\n".utf8))
  }
}
