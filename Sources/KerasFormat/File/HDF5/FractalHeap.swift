/// Where groups and objects keep many links or attributes.
struct FractalHeap {
  private let file: HDF5File
  private let offsetSize: Int
  private let lengthSize: Int
  private let tableWidth: Int
  private let startSize: Int
  private let directLimit: Int
  private let hasChecksums: Bool
  private let root: Int?
  private let rootRows: Int
  private let hugeTree: Int?

  init(at address: Int, in file: HDF5File) throws(StorageFault) {
    self.file = file
    var cursor = try file.cursor(at: address)
    try cursor.expect("FRHP")
    try cursor.skip(3)
    let filterLength = try cursor.short()
    guard filterLength == 0 else { throw .unsupported("the heap at byte \(address) is compressed") }
    hasChecksums = try cursor.byte() & 2 != 0
    let objectLimit = try cursor.word()
    try cursor.skip(file.sizeSize)
    hugeTree = try cursor.address(bytes: file.addressSize)
    try cursor.skip(file.sizeSize + file.addressSize + 8 * file.sizeSize)
    tableWidth = try cursor.short()
    startSize = try cursor.size(bytes: file.sizeSize)
    directLimit = try cursor.size(bytes: file.sizeSize)
    let heapBits = try cursor.short()
    try cursor.skip(2)
    root = try cursor.address(bytes: file.addressSize)
    rootRows = try cursor.short()
    guard (1...256).contains(tableWidth), Self.isPower(tableWidth), Self.isPower(startSize),
      Self.isPower(directLimit), startSize <= directLimit, directLimit <= 1 << 32,
      (1...64).contains(heapBits), rootRows <= 64
    else { throw .malformed("the heap at byte \(address) has impossible blocks") }
    offsetSize = (heapBits + 7) / 8
    lengthSize = Self.bytes(for: min(directLimit, max(objectLimit, 1)))
  }

  private static func isPower(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }

  private static func bytes(for limit: Int) -> Int {
    (Int.bitWidth - 1 - limit.leadingZeroBitCount) / 8 + 1
  }

  /// The place of the object whose heap identifier lies in `identifier`.
  func object(_ identifier: Range<Int>) throws(StorageFault) -> Range<Int> {
    var cursor = ByteCursor(file.region, identifier)
    let head = try cursor.byte()
    switch head >> 4 & 3 {
    case 0:
      let offset = try cursor.size(bytes: offsetSize)
      let length = try cursor.size(bytes: lengthSize)
      return try managedObject(at: offset, length: length)
    case 1: return try hugeObject(number: try cursor.unsigned(bytes: min(cursor.remaining, 8)))
    case 2: return try cursor.take((head & 0x0F) + 1)
    default: throw .malformed("byte \(identifier.lowerBound) should identify an object of a heap")
    }
  }

  private func hugeObject(number: UInt64) throws(StorageFault) -> Range<Int> {
    if let hugeTree {
      for record in try file.records(ofTreeAt: hugeTree, type: 1) {
        var cursor = ByteCursor(file.region, record)
        let address = try cursor.address(bytes: file.addressSize)
        let length = try cursor.size(bytes: file.sizeSize)
        guard try cursor.unsigned(bytes: file.sizeSize) == number, let address else { continue }
        var object = try file.cursor(at: address)
        return try object.take(length)
      }
    }
    throw .malformed("a heap has no large object \(number)")
  }

  private func managedObject(at offset: Int, length: Int) throws(StorageFault) -> Range<Int> {
    guard var block = root else { throw .malformed("a heap has no objects") }
    var start = 0
    var size = startSize
    var rows = rootRows
    // Each step goes to a smaller block.
    while rows > 0 {
      var cursor = try file.cursor(at: block)
      try cursor.expect("FHIB")
      try cursor.skip(1 + file.addressSize + offsetSize)
      guard let (row, column, place) = find(offset - start, rows: rows) else {
        throw .malformed("the heap's block at byte \(block) ends before an object")
      }
      try cursor.skip((row * tableWidth + column) * file.addressSize)
      guard let child = try cursor.address(bytes: file.addressSize) else {
        throw .malformed("the heap's block at byte \(block) lacks an object")
      }
      let childSize = rowSize(row)
      if childSize <= directLimit {
        rows = 0
      } else {
        // All blocks of the next table are smaller than this one.
        guard childSize >= startSize * tableWidth else {
          throw .malformed("the heap's block at byte \(block) is impossible")
        }
        rows = (childSize / (startSize * tableWidth)).trailingZeroBitCount + 1
      }
      (block, start, size) = (child, start + place, childSize)
    }
    var cursor = try file.cursor(at: block, count: size)
    try cursor.expect("FHDB")
    try cursor.skip(1 + file.addressSize + offsetSize + (hasChecksums ? 4 : 0))
    let within = offset - start
    guard within >= cursor.position - block, length <= size - within else {
      throw .malformed("an object lies outside of the heap's block at byte \(block)")
    }
    return (block + within)..<(block + within + length)
  }

  private func rowSize(_ row: Int) -> Int { startSize << max(row - 1, 0) }

  /// The row and column of the block that `offset` lies in, and where that block begins.
  private func find(_ offset: Int, rows: Int) -> (row: Int, column: Int, place: Int)? {
    guard offset >= 0 else { return nil }
    var rowStart = 0
    for row in 0..<rows {
      let (rowBytes, overflow) = tableWidth.multipliedReportingOverflow(by: rowSize(row))
      guard !overflow, rowBytes > 0 else { return nil }
      if offset - rowStart < rowBytes {
        let column = (offset - rowStart) / rowSize(row)
        return (row, column, rowStart + column * rowSize(row))
      }
      let (next, tooLarge) = rowStart.addingReportingOverflow(rowBytes)
      guard !tooLarge else { return nil }
      rowStart = next
    }
    return nil
  }
}
