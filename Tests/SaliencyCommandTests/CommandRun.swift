import Foundation

/// One run of the built command.
struct CommandRun {
  let status: Int32
  let isSignalled: Bool
  let output: Data
  let errors: String

  var text: String { String(decoding: output, as: UTF8.self) }

  /// The executable beside the tests.
  static let executable: URL = {
    let tests = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "saliency")
    if FileManager.default.isExecutableFile(atPath: tests.path) { return tests }
    return URL(filePath: Files.package + "/.build/debug/saliency")
  }()

  init(_ arguments: [String], in folder: URL, standardOutput: FileHandle? = nil) throws {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let errorFile = folder.appending(path: ".standard-error")
    let outputFile = folder.appending(path: ".standard-output")
    for file in [errorFile, outputFile] { try Data().write(to: file) }
    process.standardError = try FileHandle(forWritingTo: errorFile)
    process.standardOutput = try standardOutput ?? FileHandle(forWritingTo: outputFile)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    isSignalled = process.terminationReason == .uncaughtSignal
    output = try Data(contentsOf: outputFile)
    errors = String(decoding: try Data(contentsOf: errorFile), as: UTF8.self)
    for file in [errorFile, outputFile] { try FileManager.default.removeItem(at: file) }
  }

  /// The object that `--json` printed.
  func json() throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: output) as? [String: Any] ?? [:]
  }
}

/// Fixtures and folders of the tests' own.
enum Files {
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let architectures = package + "/Tests/Fixtures/architectures"
  static let model = architectures + "/resnet-basic.onnx"
  static let input = architectures + "/resnet-basic.input.npy"
  static let photograph = package + "/Demo/chelsea.png"

  /// Runs `body` in a new folder and removes it.
  static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "saliency-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// The header of a PNG that claims a size and has no pixels.
  static func hugePNG(width: UInt32, height: UInt32) -> Data {
    func chunk(_ kind: String, _ body: [UInt8]) -> [UInt8] {
      let tagged = Array(kind.utf8) + body
      var crc: UInt32 = 0xFFFF_FFFF
      for byte in tagged {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
      }
      return bytes(UInt32(body.count)) + tagged + bytes(~crc)
    }
    func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
    let header = bytes(width) + bytes(height) + [8, 2, 0, 0, 0]
    return Data(
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("IDAT", [])
        + chunk("IEND", []))
  }

  /// A `.npy` file of floats.
  static func npy(shape: [Int], _ values: [Float]) -> Data {
    let shapeText = shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shapeText)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data += withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian, Array.init)
    data += Data(header.utf8)
    for value in values { data += withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
    return data
  }
}
