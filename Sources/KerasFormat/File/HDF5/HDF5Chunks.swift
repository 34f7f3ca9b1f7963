import SaliencyCore

extension HDF5File {
  /// A dataset's elements, put together from its chunks.
  func assemble(_ dataset: HDF5Dataset, chunk: [Int], tree: Int) throws(StorageFault) -> ByteRegion {
    let shape = dataset.shape
    let size = dataset.type.size
    let (chunkSize, overflow) = (chunk.checkedElementCount ?? .max).multipliedReportingOverflow(by: size)
    // Chunks of datasets that cannot grow, as weights are, are no larger than these.
    guard !overflow, chunkSize <= max(64 << 20, dataset.byteCount) else {
      throw StorageFault(.limitExceeded, "its chunks of \(chunk.text) are too large")
    }
    let pieces = try chunks(ofTreeAt: tree, rank: shape.count)
    let grid = zip(shape, chunk).map { ($0 - 1) / $1 + 1 }
    guard grid.checkedElementCount == pieces.count else {
      let expected = grid.checkedElementCount.map(String.init) ?? "more"
      throw .malformed("it has \(pieces.count) chunks where \(expected) are needed")
    }
    // Chunks that reach far out of the dataset would cost time and give nothing.
    let (total, tooMany) = chunkSize.multipliedReportingOverflow(by: pieces.count)
    guard !tooMany, total / 32 <= max(64 << 20, dataset.byteCount) else {
      throw StorageFault(.limitExceeded, "its chunks together are far larger than it is")
    }
    try StorageFault.requireMemory(dataset.byteCount, for: "decompressing it")
    let pipeline = try FilterPipeline(dataset.filters, chunkSize: chunkSize)
    return try ByteRegion(count: dataset.byteCount) { (target) throws(StorageFault) in
      var seen = Set<[Int]>()
      for piece in pieces {
        let isInside = zip(piece.origin, zip(shape, chunk)).allSatisfy { $0 < $1.0 && $0 % $1.1 == 0 }
        guard isInside, seen.insert(piece.origin).inserted else {
          throw .malformed("its chunks overlap or lie outside of it")
        }
        let bytes = try pipeline.decode(region, piece.contents, skipping: piece.skippedFilters)
        copy(bytes, of: chunk, to: piece.origin, in: shape, elementSize: size, target)
      }
    }
  }

  private struct Chunk {
    var origin: [Int]
    var contents: Range<Int>
    var skippedFilters: Int
  }

  private func chunks(ofTreeAt tree: Int, rank: Int) throws(StorageFault) -> [Chunk] {
    var chunks: [Chunk] = []
    for leaf in try classicLeaves(ofTreeAt: tree, type: 1, keySize: 8 + 8 * (rank + 1)) {
      var key = ByteCursor(region, leaf.key)
      let size = try key.word()
      let skipped = try key.word()
      var origin: [Int] = []
      for _ in 0..<rank { origin.append(try key.size(bytes: 8)) }
      let contents = try cursor(at: leaf.child, count: size)
      chunks.append(
        Chunk(origin: origin, contents: contents.position..<contents.end, skippedFilters: skipped))
    }
    return chunks
  }

  /// Copies what of a chunk lies within the dataset.
  private func copy(
    _ bytes: [UInt8], of chunk: [Int], to origin: [Int], in shape: Shape, elementSize: Int,
    _ target: UnsafeMutableRawBufferPointer
  ) {
    let extents = zip(chunk, zip(shape, origin)).map { min($0, $1.0 - $1.1) }
    guard let rowLength = extents.last else {
      target.copyBytes(from: bytes.prefix(target.count))
      return
    }
    var position = [Int](repeating: 0, count: extents.count)
    let outer = extents.count - 1
    bytes.withUnsafeBytes { source in
      while true {
        var from = 0
        var to = 0
        for axis in extents.indices {
          from = from * chunk[axis] + position[axis]
          to = to * shape[axis] + origin[axis] + position[axis]
        }
        let row = UnsafeRawBufferPointer(
          rebasing: source[(from * elementSize)..<((from + rowLength) * elementSize)])
        UnsafeMutableRawBufferPointer(rebasing: target[(to * elementSize)...]).copyMemory(from: row)
        var axis = outer - 1
        while axis >= 0 {
          position[axis] += 1
          if position[axis] < extents[axis] { break }
          position[axis] = 0
          axis -= 1
        }
        if axis < 0 { return }
      }
    }
  }
}
