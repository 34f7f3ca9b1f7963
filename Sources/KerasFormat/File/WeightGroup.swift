package import SaliencyCore

/// A group of an HDF5 file, read-only.
package struct WeightGroup: Sendable {
  /// The path from the root of the weights, such as "/layers/conv2d/vars".
  package let path: String
  private let source: WeightSource
  private let address: Int
  private let links: [String: HDF5Link]

  init(_ source: WeightSource, path: String, at address: Int) throws(KerasError) {
    self.source = source
    self.path = path
    self.address = address
    let links = try source.naming(path) { (file) throws(StorageFault) in
      guard let links = try file.links(ofGroupAt: address) else { throw .malformed("it is no group") }
      return links
    }
    self.links = links
  }

  /// The names in the group, sorted.
  package var names: [String] { links.keys.sorted() }

  /// The group at a name, or at a path of names with slashes; nil where there is none.
  package func group(_ name: String) throws(KerasError) -> WeightGroup? {
    guard let (address, path) = try object(at: name) else { return nil }
    let isGroup = try source.naming(path) { (file) throws(StorageFault) in
      try file.links(ofGroupAt: address) != nil
    }
    return isGroup ? try WeightGroup(source, path: path, at: address) : nil
  }

  /// The array at a name, or at a path of names with slashes; nil where there is none.
  package func array(_ name: String) throws(KerasError) -> WeightArray? {
    guard let (address, path) = try object(at: name) else { return nil }
    let dataset = try source.naming(path) { (file) throws(StorageFault) in
      try file.dataset(try file.header(at: address))
    }
    return dataset.map { WeightArray(source, name: path, dataset: $0) }
  }

  /// The strings of an attribute; nil where there is none. Where Keras has cut a long list into `NAME0`, `NAME1` and so
  /// on, all of them.
  package func strings(attribute name: String) throws(KerasError) -> [String]? {
    if let strings = try values(of: name) { return strings }
    guard var strings = try values(of: name + "0") else { return nil }
    var number = 1
    while let next = try values(of: "\(name)\(number)") {
      strings += next
      number += 1
    }
    return strings
  }

  /// The string of an attribute; nil where there is none.
  package func string(attribute name: String) throws(KerasError) -> String? {
    guard let strings = try values(of: name) else { return nil }
    guard strings.count == 1 else {
      throw source.error(
        StorageFault(.malformed, "the attribute '\(name)' has \(strings.count) strings, not one"), at: path)
    }
    return strings[0]
  }

  private func values(of name: String) throws(KerasError) -> [String]? {
    try source.naming(path) { (file) throws(StorageFault) in
      try file.attribute(name, of: try file.header(at: address)).map { (found) throws(StorageFault) in
        try file.strings(of: found)
      }
    }
  }

  /// Where the object at a path lies.
  private func object(at name: String) throws(KerasError) -> (address: Int, path: String)? {
    var address = address
    var path = path
    var links: [String: HDF5Link]? = links
    for component in name.split(separator: "/") {
      path += path.hasSuffix("/") ? component : "/" + component
      guard path.utf8.count <= 1 << 16 else {
        throw source.error(StorageFault(.limitExceeded, "it lies too deep"), at: path)
      }
      if links == nil {
        links = try source.naming(path) { (file) throws(StorageFault) in try file.links(ofGroupAt: address) }
      }
      switch links?[String(component)] {
      case nil: return nil
      case .object(let next): address = next
      case .soft, .external:
        throw source.error(
          .unsupported("it is a link, which is not followed; save the model again"), at: path)
      }
      links = nil
    }
    return (address, path)
  }
}

/// A dataset of an HDF5 file: its shape is known at once, its numbers are read when they are asked for.
package struct WeightArray: Sendable {
  /// The path from the root of the weights.
  package let name: String
  package let shape: Shape
  private let source: WeightSource
  private let dataset: HDF5Dataset

  init(_ source: WeightSource, name: String, dataset: HDF5Dataset) {
    self.source = source
    self.name = name
    self.dataset = dataset
    shape = dataset.shape
  }

  /// The elements as single-precision numbers: rounded to nearest if need be, infinite if too large; false and true
  /// are 0 and 1. Elements that lie in the file as they are needed stay there.
  package func tensor() throws(KerasError) -> Tensor {
    try source.naming(name) { (file) throws(StorageFault) in
      guard let decode = dataset.type.decoder else {
        throw StorageFault(.unsupportedElementType, "its elements are \(dataset.type.name), not numbers")
      }
      let (region, range) = try file.elements(of: dataset)
      if dataset.type.isFloat32InPlace { return region.tensor(shape: shape, in: range) }
      try StorageFault.requireMemory(2 * MemoryLayout<Float>.stride * shape.elementCount, for: "decoding it")
      let values = region.withUnsafeBytes(in: range) { decode($0, shape.elementCount) }
      return Tensor(shape: shape, values: values)
    }
  }
}

/// The HDF5 file that groups and arrays belong to, with the name that errors give.
final class WeightSource: Sendable {
  private let path: String
  private let file: HDF5File

  init(_ file: HDF5File, path: String) {
    self.file = file
    self.path = path
  }

  var root: Int { file.root }

  func error(_ fault: StorageFault, at place: String) -> KerasError {
    KerasError(fault.code, fault.message, file: path, weight: place)
  }

  /// Calls `body`, whose faults become errors that name `place`.
  func naming<Result>(
    _ place: String, _ body: (HDF5File) throws(StorageFault) -> Result
  ) throws(KerasError) -> Result {
    do { return try body(file) } catch { throw self.error(error, at: place) }
  }
}
