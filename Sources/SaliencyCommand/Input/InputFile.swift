import Saliency

/// An input named on the command line.
struct InputFile: Hashable {
  /// The path as it was typed, or below the folder that was typed; `-` for standard input.
  let path: String

  /// Whether it is read from standard input, once.
  var isStandard: Bool { path == "-" }

  /// What it is called in errors.
  var title: String { isStandard ? "standard input" : path }

  /// The file's name without folder and ending.
  var name: String {
    if isStandard { return "stdin" }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
    return String(file[..<dot])
  }

  /// Whether the file's name says that it holds a tensor and not an image.
  var isTensor: Bool { InputContents.isTensor(path: path) }

  func contents() throws -> InputContents {
    guard isStandard else { return try InputContents(contentsOf: path) }
    let bytes = try StandardInput.contents { InputContents.byteLimit(beginning: $0) }
    guard !bytes.isEmpty else { throw Failure("standard input: it is empty", exitCode: Failure.badData) }
    do {
      return try InputContents(decoding: bytes)
    } catch {
      throw Failure(error, input: title)
    }
  }
}

/// The inputs of a command, found from what is typed.
struct Inputs {
  /// One after the other.
  let files: [InputFile]
  /// Whether results are told as those of several inputs: where several are typed, or a folder.
  let areSeveral: Bool

  /// Puts the files of a folder in its place, in order.
  ///
  /// - Throws: `SaliencyError` where a folder cannot be read or is empty.
  init(_ paths: [String]) throws {
    let folders = paths.filter(InputContents.isFolder)
    files = try paths.flatMap { path in
      try folders.contains(path) ? InputContents.paths(inFolder: path) : [path]
    }.map(InputFile.init)
    areSeveral = files.count > 1 || !folders.isEmpty
    guard files.count(where: \.isStandard) <= 1 else {
      throw Failure("standard input is one input; give - once", exitCode: Failure.usage)
    }
  }

  /// The files, which must not be written over.
  var paths: [String] { files.filter { !$0.isStandard }.map(\.path) }
}
