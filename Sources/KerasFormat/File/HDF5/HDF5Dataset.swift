import SaliencyCore

/// An array of numbers: what its header says of it.
struct HDF5Dataset {
  enum Layout {
    /// All elements in one piece, nil where none was ever written.
    case contiguous(Range<Int>?)
    /// In pieces of the given extents, listed in the B-tree of version 1 at this byte.
    case chunked(extents: [Int], tree: Int?)
  }

  var shape: Shape
  var type: HDF5Type
  var layout: Layout
  var filters: [HDF5Filter]
  /// How many bytes the elements take without compression.
  var byteCount: Int
}

extension HDF5File {
  /// The dataset that a header describes; nil where it is no dataset's.
  func dataset(_ header: ObjectHeader) throws(StorageFault) -> HDF5Dataset? {
    guard let layoutMessage = header.contents(.layout) else { return nil }
    guard header.contents(.externalFiles) == nil else { throw .unsupported("its numbers lie in other files") }
    guard let space = header.contents(.dataspace), let typeMessage = header.contents(.datatype) else {
      throw .malformed("it has no shape or no type")
    }
    guard let shape = try extents(ByteCursor(region, space), sizeSize: sizeSize) else {
      throw .malformed("it has no elements at all")
    }
    var type = try HDF5Type(ByteCursor(region, typeMessage))
    if type.kind == .opaque, type.size == 2, let name = try attribute("dtype", of: header),
      try strings(of: name) == ["bfloat16"]
    {
      type.kind = .bfloat16
    }
    let (byteCount, overflow) = (shape.checkedElementCount ?? .max).multipliedReportingOverflow(by: type.size)
    guard !overflow, byteCount <= 1 << 48 else {
      throw StorageFault(.limitExceeded, "its shape \(shape.text) is too large")
    }
    let filters = try header.contents(.filters).map { (range) throws(StorageFault) in
      try HDF5Filter.pipeline(ByteCursor(region, range))
    }
    return HDF5Dataset(
      shape: shape, type: type,
      layout: try layout(
        ByteCursor(region, layoutMessage), rank: shape.count, elementSize: type.size, byteCount: byteCount),
      filters: filters ?? [], byteCount: byteCount)
  }

  private func layout(
    _ message: ByteCursor, rank: Int, elementSize: Int, byteCount: Int
  ) throws(StorageFault) -> HDF5Dataset.Layout {
    var cursor = message
    let version = try cursor.byte()
    guard version == 3 || version == 4 else {
      throw .unsupported("its layout is of version \(version); versions 3 and 4 are read")
    }
    let kind = try cursor.byte()
    switch kind {
    case 0:
      let size = try cursor.short()
      guard size == byteCount else { throw .malformed("it has \(size) bytes where \(byteCount) are needed") }
      return .contiguous(try cursor.take(size))
    case 1:
      guard let address = try cursor.address(bytes: addressSize) else { return .contiguous(nil) }
      let size = try cursor.size(bytes: sizeSize)
      guard size == byteCount else { throw .malformed("it has \(size) bytes where \(byteCount) are needed") }
      guard size <= region.count - address else {
        throw StorageFault(.truncated, "its numbers end behind the end of the file")
      }
      return .contiguous(address..<(address + size))
    case 2:
      guard version == 3 else {
        throw .unsupported(
          "its chunks have an index of HDF5 1.10; save it with h5py's libver='earliest', the default")
      }
      guard try cursor.byte() == rank + 1 else { throw .malformed("its chunks have another number of axes") }
      let tree = try cursor.address(bytes: addressSize)
      var extents: [Int] = []
      for _ in 0..<rank { extents.append(try cursor.word()) }
      guard try cursor.word() == elementSize, !extents.contains(0) else {
        throw .malformed("its chunks are impossible")
      }
      return .chunked(extents: extents, tree: tree)
    case 3: throw .unsupported("it is a virtual dataset, whose numbers lie in other places")
    default: throw .malformed("its layout \(kind) is none")
    }
  }

  /// Where the dataset's elements lie as they are.
  func elements(of dataset: HDF5Dataset) throws(StorageFault) -> (ByteRegion, Range<Int>) {
    switch dataset.layout {
    case .contiguous(let range?):
      guard dataset.filters.isEmpty else { throw .malformed("it has filters and is in one piece") }
      return (region, range)
    case .contiguous(nil):
      guard dataset.byteCount == 0 else { throw .malformed("its numbers were never written") }
      return (region, 0..<0)
    case .chunked(let extents, let tree):
      if dataset.byteCount == 0 { return (region, 0..<0) }
      guard let tree else { throw .malformed("its numbers were never written") }
      let elements = try assemble(dataset, chunk: extents, tree: tree)
      return (elements, 0..<elements.count)
    }
  }
}
