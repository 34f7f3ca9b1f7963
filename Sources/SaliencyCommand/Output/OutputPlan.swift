import Saliency

/// Checks of all outputs before the work begins.
enum OutputPlan {
  /// Throws where a result would be written twice, over one of the files that are read, or not at all.
  ///
  /// - Parameters:
  ///   - outputs: the outputs of each input.
  ///   - inputs: the inputs.
  ///   - sources: the files that are read.
  ///   - summary: an output for all inputs together.
  static func check(
    _ outputs: [Output], inputs: [InputFile], sources: [String], summary: Output? = nil
  ) throws(Failure) {
    let read = identities(of: sources)
    var places: Set<FilePlace> = []
    if let path = summary?.path {
      try check(path, read: read)
      places.insert(FilePlace(path))
    }
    for input in inputs {
      for output in outputs {
        guard let path = output.path(forInputNamed: input.name) else {
          guard inputs.count == 1 else {
            throw Failure(
              "standard output takes the result of one input, not of \(inputs.count)", exitCode: Failure.usage
            )
          }
          continue
        }
        if let side = output.sidePath(forInputNamed: input.name) {
          try requireNotRead(side, read: read)
        }
        guard places.insert(FilePlace(path)).inserted else {
          throw Failure(
            "\(path): it would be written twice; use {name} in --output, and inputs with different names",
            exitCode: Failure.usage)
        }
        let folder = output.madeFolder(forInputNamed: input.name)
        if let folder, !OutputFile(folder).exists {
          // What is made in a folder can hold what is written.
          try check(folder, read: read)
        } else {
          try check(path, read: read)
        }
      }
    }
  }

  private static func identities(of sources: [String]) -> [FileIdentity: String] {
    Dictionary(sources.compactMap { path in FileIdentity(path).map { ($0, path) } }) { first, _ in first }
  }

  /// Throws where one of these files would be written twice, over one that is read, or not at all.
  static func check(files: [String], sources: [String]) throws(Failure) {
    let read = identities(of: sources)
    var places: Set<FilePlace> = []
    for path in files {
      guard places.insert(FilePlace(path)).inserted else {
        throw Failure("\(path): it would be written twice; give each --output once", exitCode: Failure.usage)
      }
      try check(path, read: read)
    }
  }

  private static func requireNotRead(_ path: String, read: [FileIdentity: String]) throws(Failure) {
    guard let source = FileIdentity(path).flatMap({ read[$0] }) else { return }
    throw Failure(
      "\(path): it would be written over '\(source)', which is read; give another --output",
      exitCode: Failure.usage)
  }

  private static func check(_ path: String, read: [FileIdentity: String]) throws(Failure) {
    try requireNotRead(path, read: read)
    try Failure.reporting(try OutputFile(path).requireWritable())
  }
}
