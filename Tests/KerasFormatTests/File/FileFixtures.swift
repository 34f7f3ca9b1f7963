import FileAccess

@testable import KerasFormat

/// The files that `Scripts/fixtures/keras_files.py` makes, with what h5py reads from them.
enum FileFixtures {
  static let folder = String(#filePath.dropLast("File/FileFixtures.swift".utf8.count)) + "Fixtures/"

  struct Readable: Sendable, CustomStringConvertible {
    var file: String
    var container: String
    var version: String?
    var group: String
    var arrays: [(path: String, shape: [Int], bits: [UInt32])]
    var attributes: [(path: String, name: String, count: Int, checksum: UInt32)]
    var description: String { file }
  }

  struct Refused: Sendable, CustomStringConvertible {
    var file: String
    var array: String?
    var code: String
    var words: [String]
    var description: String { array.map { "\(file) \($0)" } ?? file }
  }

  static func path(_ name: String) -> String { folder + name }

  static func readable() throws -> [Readable] {
    try index.get()["files"]!.array!.map { entry in
      Readable(
        file: entry["file"]!.text!, container: entry["container"]!.text!, version: entry["version"]?.text,
        group: entry["group"]!.text!,
        arrays: entry["arrays"]!.array!.map { array in
          (
            array["path"]!.text!, array["shape"]!.array!.map { $0.integer! },
            array["bits"]!.array!.map { UInt32($0.integer!) }
          )
        },
        attributes: entry["attributes"]!.array!.map { attribute in
          (
            attribute["path"]!.text!, attribute["name"]!.text!, attribute["count"]!.integer!,
            UInt32(attribute["crc32"]!.integer!)
          )
        })
    }
  }

  static func refused() throws -> [Refused] {
    try index.get()["refused"]!.array!.map { entry in
      Refused(
        file: entry["file"]!.text!, array: entry["array"]?.text, code: entry["code"]!.text!,
        words: entry["words"]!.array!.map { $0.text! })
    }
  }

  private static let index = Result { try JSONValue(parsing: RegularFile.contents(of: path("files.json"))) }
}
