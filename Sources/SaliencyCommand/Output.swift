import FileAccess
import SaliencyImage

/// Where a result goes and in which form.
struct Output: Hashable {
  enum Form: Hashable {
    case numpy
    case json
    case picture(ImageFormat)
  }

  /// The path, with `{name}` for the input's name; nil for standard output.
  let path: String?
  let form: Form

  /// Reads what follows `-o`: a path, whose ending decides the form; `-` is a PNG figure on standard output, and an
  /// ending after it, as in `-.npy`, chooses another form.
  init(parsing text: String) throws(Failure) {
    let isStandard = text == "-" || text.hasPrefix("-.")
    path = isStandard ? nil : text
    if text == "-" {
      form = .picture(.png)
      return
    }
    let ending = text.contains(".") ? text.split(separator: ".", omittingEmptySubsequences: false).last! : ""
    switch ending.lowercased() {
    case "npy": form = .numpy
    case "json": form = .json
    case let ending:
      guard let format = ImageFormat(pathExtension: ending) else {
        throw Failure(
          "the output '\(text)' has to end in .npy, .png, .jpg, .webp or .json, or be - for standard output",
          exitCode: Failure.usage)
      }
      form = .picture(format)
    }
  }

  /// What the form is called in reports.
  var formName: String {
    switch form {
    case .numpy: "npy"
    case .json: "json"
    case .picture(let format): format.rawValue.lowercased()
    }
  }

  /// The path for an input of a name.
  func path(forInputNamed name: String) -> String? {
    path?.replacing("{name}", with: name)
  }

  func write(_ bytes: [UInt8], inputName: String) throws(Failure) {
    guard let path = path(forInputNamed: inputName) else { return try StandardOutput.write(bytes) }
    do throws(AtomicFile.Failure) {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw Failure(error, path: path)
    }
  }
}
