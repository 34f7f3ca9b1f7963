import FileAccess
import FoundationEssentials
import SaliencyCore
import Testing

@testable import KerasFormat

@Suite("Damaged Keras files", .serialized) struct KerasDamageTests {
  /// Opens a model and makes its network, for inputs of the shapes that it declares.
  private func importing(_ path: String) -> String? {
    do throws(KerasError) {
      let model = try KerasModel(contentsOf: path)
      var shapes: [String: Shape] = [:]
      // Shapes that a file asks for are the caller's to bound.
      for input in model.inputs {
        shapes[input.name] = input.dimensions.map { $0.prefix(8).map { max(1, min($0 ?? 2, 64)) } } ?? [2, 4]
      }
      _ = try model.network(inputShapes: shapes)
      return nil
    } catch {
      return error.description
    }
  }

  private static let archives = ["stored.keras", "deflated.keras", "zip64.keras", "with-assets.keras"]
  private static let hdf5 = ["types.h5", "attributes.h5", "chunked.h5", "tracked.h5", "many.h5", "modern.h5"]

  /// Opens a model and reads every array and attribute of its weights.
  private func open(_ path: String) -> String? {
    do throws(KerasError) {
      var budget = 3_000
      try read(try KerasModelFile(contentsOf: path).weights, depth: 0, &budget)
      return nil
    } catch {
      return error.description
    }
  }

  /// Reads a group as an importer does, which follows names of the configuration and so does not run in circles.
  private func read(_ group: WeightGroup, depth: Int, _ budget: inout Int) throws(KerasError) {
    for attribute in ["weight_names", "variable", "chunks", "long", "layer_names"] {
      _ = try group.strings(attribute: attribute)
    }
    for name in group.names where depth < 16 && budget > 0 {
      budget -= 1
      if let array = try group.array(name) {
        guard array.shape.elementCount <= 1 << 20 else { continue }
        let tensor = try array.tensor()
        #expect(tensor.values.count == array.shape.elementCount)
      } else if let inner = try group.group(name) {
        try read(inner, depth: depth + 1, &budget)
      }
    }
  }

  private func fixtures(_ names: [String], ending: String) throws -> [String] {
    try names.map { "KerasFormatTests/Fixtures/" + $0 }
      + files(in: "Fixtures/keras", ending: ending, limit: 30_000)
  }

  @Test("of HDF5 are opened or refused, 2,000 of them") func hdf5() throws {
    let originals = try fixtures(Self.hdf5, ending: ".h5")
    var mutator = Mutator(seed: 2 + 100 * UInt64(Trial.factor - 1))
    var trial = Trial(ending: "h5")
    for round in 0..<(2_000 * Trial.factor) {
      let original = try contents(originals[round % originals.count])
      let damaged = mutator.damaged(original, headLength: 6_000)
      try trial.run(damaged, round: round, round % 2 == 0 ? open : importing)
    }
    trial.finish("HDF5")
  }

  @Test("that are archives are opened or refused, 1,000 of them damaged as a whole, 1,000 in their files")
  func archives() throws {
    let originals = try fixtures(Self.archives, ending: ".keras")
    var mutator = Mutator(seed: 3 + 100 * UInt64(Trial.factor - 1))
    var trial = Trial(ending: "keras")
    for round in 0..<(2_000 * Trial.factor) {
      let original = originals[(round / 2) % originals.count]
      guard round % 2 == 1 else {
        try trial.run(mutator.damaged(try contents(original), headLength: 200), round: round, importing)
        continue
      }
      let parts = try Self.parts(original).map { part in
        mutator.below(3) == 0 ? (part.name, mutator.damaged(part.contents, headLength: 6_000)) : part
      }
      try trial.run(ArchiveWriter.archive(parts), round: round, open)
    }
    trial.finish(".keras")
  }

  @Test("with configurations that say something else are opened or refused, 1,000 of them")
  func configurations() throws {
    let originals = try fixtures(Self.archives, ending: ".keras")
    var mutator = Mutator(seed: 4 + 100 * UInt64(Trial.factor - 1))
    var trial = Trial(ending: "keras")
    for round in 0..<(1_000 * Trial.factor) {
      let parts = try Self.parts(originals[round % originals.count]).map { part in
        guard part.name == "config.json" else { return part }
        let configuration = mutator.damaged(try JSONValue(parsing: part.contents))
        return (part.name, Array(configuration.jsonText.utf8))
      }
      try trial.run(ArchiveWriter.archive(parts), round: round, importing)
    }
    trial.finish("configurations")
  }

  /// The files in an archive.
  private static func parts(_ path: String) throws -> [(name: String, contents: [UInt8])] {
    let file = try MappedFile(path: testFolder + path)
    let archive = try ZipArchive(ByteRegion(file, range: 0..<file.count))
    return try archive.entries.keys.sorted().compactMap { name in
      try archive.contents(of: name).map { (name, $0[0..<$0.count]) }
    }
  }
}
