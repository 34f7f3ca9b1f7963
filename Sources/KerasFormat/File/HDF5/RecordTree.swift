extension HDF5File {
  /// The places of all records of the B-tree of version 2 at `address`, in order of nodes.
  func records(ofTreeAt address: Int, type: Int) throws(StorageFault) -> [Range<Int>] {
    var cursor = try cursor(at: address)
    try cursor.expect("BTHD")
    try cursor.skip(1)
    guard try cursor.byte() == type else {
      throw .malformed("the tree at byte \(address) is of another type")
    }
    let nodeSize = try cursor.word()
    let recordSize = try cursor.short()
    let depth = try cursor.short()
    try cursor.skip(2)
    let root = try cursor.address(bytes: addressSize)
    let count = try cursor.short()
    guard let root, count > 0 else { return [] }
    guard depth <= 16, recordSize > 0 else { throw .malformed("the tree at byte \(address) is impossible") }
    let form = try NodeForm(
      nodeSize: nodeSize, recordSize: recordSize, depth: depth, addressSize: addressSize, at: address)

    var records: [Range<Int>] = []
    var budget = ReadingBudget(region)
    var open = [(address: root, depth: depth, count: count)]
    while let node = open.popLast() {
      var cursor = try self.cursor(at: node.address)
      try cursor.expect(node.depth == 0 ? "BTLF" : "BTIN")
      try cursor.skip(2)
      try budget.spend(10 + node.count * recordSize)
      for _ in 0..<node.count { records.append(try cursor.take(recordSize)) }
      guard node.depth > 0 else { continue }
      for _ in 0...node.count {
        guard let child = try cursor.address(bytes: addressSize) else {
          throw .malformed("the tree at byte \(address) has a branch that leads nowhere")
        }
        let count = try cursor.size(bytes: form.countSize)
        try cursor.skip(form.totalSizes[node.depth - 1])
        open.append((child, node.depth - 1, count))
      }
    }
    return records
  }

  /// How many bytes the pointers of inner nodes take, which follows from how many records nodes can hold.
  private struct NodeForm {
    /// The size of a child's number of records.
    let countSize: Int
    /// The size of the number of records in and below a child of each depth.
    private(set) var totalSizes = [0]

    init(
      nodeSize: Int, recordSize: Int, depth: Int, addressSize: Int, at address: Int
    ) throws(StorageFault) {
      let impossible = StorageFault.malformed("the nodes of the tree at byte \(address) are too small")
      guard nodeSize > 10 + recordSize else { throw impossible }
      var total = (nodeSize - 10) / recordSize
      countSize = Self.bytes(for: total)
      for level in 0..<depth {
        let pointerSize = addressSize + countSize + totalSizes[level]
        let count = (nodeSize - 10 - pointerSize) / (recordSize + pointerSize)
        guard count > 0 else { throw impossible }
        let (product, overflow) = total.multipliedReportingOverflow(by: count + 1)
        guard !overflow, product < Int.max / 2 else { throw impossible }
        total = product + count
        totalSizes.append(Self.bytes(for: total))
      }
    }

    private static func bytes(for limit: Int) -> Int {
      (Int.bitWidth - 1 - limit.leadingZeroBitCount) / 8 + 1
    }
  }
}
