import ArgumentParser

/// How much is told beside the results.
struct QuietOptions: ParsableArguments {
  @Flag(
    name: .shortAndLong,
    help: "Print no report, notes or progress, only results that are asked for, warnings and errors.")
  var quiet = false
}
