import Saliency

/// Where a result goes and in which form.
struct Output: Hashable {
  enum Form: Hashable {
    case numpy
    case json
    case image(FigureFormat)
  }

  /// The path, with `{name}` for the input's name; nil for standard output.
  private(set) var path: String?
  let form: Form
  /// The folder of the path, with the slash, where it is made if there is none.
  private(set) var madeFolder: String?

  /// Reads what follows `-o`, where a folder, which ends with a slash or is there already, stands for a file in it.
  ///
  /// - Parameter defaultName: the file's name.
  init(parsing text: String, defaultName: String) throws(Failure) {
    guard text.hasSuffix("/") || text != "-" && InputContents.isFolder(text) else {
      try self.init(parsing: text)
      return
    }
    let folder = text.hasSuffix("/") ? text : text + "/"
    try self.init(parsing: folder + defaultName)
    madeFolder = folder
  }

  /// Reads what follows `-o`: a path, whose ending decides the form; `-` is a PNG figure on standard output, and an
  /// ending after it, as in `-.npy`, chooses another form.
  init(parsing text: String) throws(Failure) {
    let isStandard = text == "-" || text.hasPrefix("-.")
    path = isStandard ? nil : text
    if text == "-" {
      form = .image(.pixels(.png))
      return
    }
    let ending = text.contains(".") ? text.split(separator: ".", omittingEmptySubsequences: false).last! : ""
    switch ending.lowercased() {
    case "npy": form = .numpy
    case "json": form = .json
    case let ending:
      guard let format = FigureFormat(pathExtension: ending) else {
        throw Failure(
          "the output '\(text)' has to end in .npy, .png, .jpg, .webp, .svg, .pdf or .json, or be - for standard output",
          exitCode: Failure.usage)
      }
      form = .image(format)
    }
  }

  /// Whether there is a file for each of several inputs that are explained together.
  var isForEachInput: Bool { path?.contains("{input}") ?? false }

  /// The output of one of several inputs that are explained together.
  func forInput(named name: String) -> Output {
    var output = self
    // Names of inputs may have signs that files' names cannot have.
    output.path = path?.replacing("{input}", with: String(name.map { "/:\\".contains($0) ? "_" : $0 }))
    return output
  }

  /// What the form is called in reports.
  var formName: String {
    switch form {
    case .numpy: "npy"
    case .json: "json"
    case .image(let format): format.name.lowercased()
    }
  }

  /// The path for an input of a name.
  func path(forInputNamed name: String) -> String? {
    path?.replacing("{name}", with: name)
  }

  /// The folder for an input of a name, without the slash; nil where none is made.
  func madeFolder(forInputNamed name: String) -> String? {
    madeFolder.map { folder in
      let path = folder.replacing("{name}", with: name)
      return path == "/" ? path : String(path.dropLast())
    }
  }

  /// Where it is kept how the numbers of a `.npy` file came about.
  func sidePath(forInputNamed name: String) -> String? {
    form == .numpy ? path(forInputNamed: name).map(Recipe.sidePath) : nil
  }

  /// Writes what is kept beside a `.npy` file; nothing where that goes to standard output.
  func writeBeside(_ bytes: [UInt8], inputName: String) throws(Failure) {
    guard let path = sidePath(forInputNamed: inputName) else { return }
    try Failure.reporting(try OutputFile(path).write(bytes))
  }

  func write(_ bytes: [UInt8], inputName: String) throws(Failure) {
    guard let path = path(forInputNamed: inputName) else { return try StandardOutput.write(bytes) }
    if let folder = madeFolder(forInputNamed: inputName) {
      try Failure.reporting(try OutputFile(folder).makeFolder())
    }
    try Failure.reporting(try OutputFile(path).write(bytes))
  }
}
