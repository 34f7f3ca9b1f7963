import Saliency

/// Answers questions about a model: requests are lines of standard input, answers those of standard output. A framework for HTTP
/// would stand in place of both.
@main
struct Server {
  static func main() async {
    StandardStream.prepare()
    let service = Service()
    while let line = readLine() { await service.take(line) }
    await service.finish()
  }
}
