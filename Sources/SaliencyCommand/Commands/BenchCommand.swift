import ArgumentParser
import Saliency

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how long a network and its explanation take, where the time goes, and the memory.",
    discussion: """
      Predictions and attributions of random numbers are made in turns; the first few are not counted. Times are of whole calls, \
      from the input to the scores or the map; what the machine does beside it slows them, so look at the shortest as well.

      With --precision bf16 it also tells how well the order of the map's numbers agrees with that in single precision.
      """)

  @OptionGroup private var network: ModelArgument
  private var model: String { network.model }

  @OptionGroup var ports: PortOptions
  @OptionGroup var machine: MachineOptions
  @OptionGroup var numbers: PrecisionOptions
  @OptionGroup var form: BenchShapeOptions

  @Option(
    help: ArgumentHelp(
      "How the output is attributed, as NAME or NAME:OPTION=VALUE:…; 'saliency methods' lists them.",
      valueName: "method"), completion: .method)
  var method = "gradient"

  @Option(help: "How many predictions and attributions are measured.")
  var runs = 20

  @Flag(help: "Also tell the time of each kind of work and of each node of the explanation.")
  var profile = false

  @Flag(
    help:
      "Also time the network's bare convolutions and matrix products as oneDNN has them, the least that direct sums could take."
  )
  var limit = false

  @Flag(
    help:
      "Time one call for each line of standard input, which is forward, a method, limit or limit-forward, and print its milliseconds: to be measured in turns with something else."
  )
  var serve = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    try Usage.check { _ = try Saliency.Method(parsing: method) }
    guard 1...100_000 ~= runs else { throw ValidationError("--runs has to lie between 1 and 100000") }
    guard !serve || !(json || profile || limit) else {
      throw ValidationError("--serve prints times alone; leave out --json, --profile and --limit")
    }
  }

  func run() async throws {
    do {
      let model = try ports.open(self.model)
      let executor = try machine.executor(numbers.precision)
      let input = try form.input()
      let shape = try form.shape(for: model, input: input)
      if serve {
        return try await BenchServer(model, shape: shape, input: input, executor: executor).run()
      }
      let benchmark = try await Benchmark(
        model, method: Saliency.Method(parsing: method), inputShape: shape, input: input, executor: executor)
      let times = try await benchmark.measure(runs: runs)
      var report = BenchReport(benchmark, forward: times.forward, gradient: times.gradient)
      if profile {
        report.profile = .init(try await benchmark.explainer.profile(of: benchmark.input, runs: runs))
      }
      if benchmark.precision != .fp32 {
        report.rankCorrelation = try await benchmark.rankCorrelationWithSinglePrecision()
      }
      if limit {
        let bare = try await benchmark.measureBarePrimitives(runs: runs)
        report.limit = .init(forward: bare.forward, gradient: bare.gradient)
      }
      try StandardOutput.print(
        json ? report.json() : report.text(method: method, shape: benchmark.explainer.inputShape))
    } catch {
      throw Failure(error, model: model)
    }
  }
}

/// What is measured on.
struct BenchShapeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The shape of the input where the network leaves it open, such as 1x3x224x224."))
  var shape: String?

  @Option(help: "How many items the input has: its first extent.")
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "Measure on this tensor instead of random numbers.", valueName: "file.npy"),
    completion: .file(extensions: ["npy"]))
  var tensor: String?

  func validate() throws {
    _ = try parsedShape()
    guard batch.map({ 1...65_536 ~= $0 }) ?? true else {
      throw ValidationError("--batch has to lie between 1 and 65536")
    }
    guard tensor == nil || shape == nil && batch == nil else {
      throw ValidationError("--tensor has a shape of its own; leave out --shape and --batch")
    }
  }

  private func parsedShape() throws -> Shape? { try shape.map { try Shape(parsing: $0) } }

  func input() throws -> Tensor? {
    guard let tensor else { return nil }
    return try Tensor(contentsOf: tensor)
  }

  /// The shape that is measured; nil where the model says it, or its preprocessing.
  func shape(for model: Model, input: Tensor?) throws -> Shape? {
    if let input { return input.shape }
    guard let batch else { return try parsedShape() }
    var shape = try parsedShape() ?? model.defaultInputShape()
    guard shape.count > 1 else {
      throw Failure(
        "\(model.path): an input of \(shape.text) has no axis for a batch; leave out --batch",
        exitCode: Failure.usage)
    }
    shape[0] = batch
    return shape
  }
}

extension Shape {
  /// Reads extents joined by x.
  init(parsing text: String) throws {
    let extents = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard extents.allSatisfy({ $0 != nil && $0! >= 1 }) else {
      throw ValidationError("'\(text)' is no shape; give extents joined by x, such as 1x3x224x224")
    }
    self = extents.map { $0! }
  }
}
