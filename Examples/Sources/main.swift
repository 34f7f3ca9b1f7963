import Foundation

/// Draws the images of the documentation: all of them, or those of the examples that are named.
///
///     SaliencyExamples OUTPUT-FOLDER [NAME ...]
let arguments = CommandLine.arguments.dropFirst()
guard let output = arguments.first else {
  print("usage: SaliencyExamples OUTPUT-FOLDER [NAME ...]; run from the folder of the repository")
  print("examples: " + Example.all.map(\.name).joined(separator: " "))
  exit(64)
}
let names = Set(arguments.dropFirst())
let unknown = names.subtracting(Example.all.map(\.name))
guard unknown.isEmpty else {
  print("no example is called \(unknown.sorted().joined(separator: ", "))")
  exit(64)
}
try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
for example in Example.all where names.isEmpty || names.contains(example.name) {
  print("— \(example.name)")
  try await example.run(Files(output: output))
}
