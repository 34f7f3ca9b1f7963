public import ArgumentParser
public import Saliency

/// A number of bytes as it is typed: "2GB", "512MiB", "1.5 GiB", "1000000".
struct ByteCount: ExpressibleByArgument, Hashable {
  let value: Int

  private static let units: [String: Double] = [
    "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 0x1p10, "mib": 0x1p20, "gib": 0x1p30,
    "tib": 0x1p40,
  ]

  init?(argument: String) {
    let text = argument.lowercased().filter { $0 != " " }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), let unit = Self.units[String(text.dropFirst(digits.count))],
      number > 0, number * unit >= 1, let value = Int(exactly: (number * unit).rounded(.down))
    else { return nil }
    self.value = value
  }
}

/// How much of the machine a command may take.
struct MachineOptions: ParsableArguments {
  @Option(help: "Number of threads (default: one a core).")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The memory that weights and intermediate results may take, such as 2GB or 512MiB; methods of many samples run fewer at once for it, and more is refused before it is taken.",
      valueName: "bytes"))
  var memoryLimit: ByteCount?

  func validate() throws {
    if let threads, !(1...1_024 ~= threads) {
      throw ValidationError("--threads has to lie between 1 and 1024")
    }
  }

  func executor(_ precision: Precision = .fp32) throws -> Executor {
    try Executor(threadCount: threads, memoryLimit: memoryLimit?.value, precision: precision)
  }
}

/// What a network is computed with.
struct PrecisionOptions: ParsableArguments {
  @Option(
    help:
      "The numbers that the network is computed with: fp32, or bf16, which is faster and coarser and is refused where the processor lacks it."
  )
  var precision = Precision.fp32
}

extension Precision: @retroactive ExpressibleByArgument {}
