/// A pointer of a leaf of a B-tree of version 1, with the key before it.
struct ClassicLeaf {
  var key: Range<Int>
  var child: Int
}

extension HDF5File {
  /// All pointers of the leaves of the B-tree of version 1 at `address`.
  func classicLeaves(
    ofTreeAt address: Int, type: Int, keySize: Int
  ) throws(StorageFault) -> [ClassicLeaf] {
    var leaves: [ClassicLeaf] = []
    var budget = ReadingBudget(region)
    // Nodes to be read, with the level that they must have, which the root may choose.
    var open: [(address: Int, level: Int?)] = [(address, nil)]
    while let (address, expected) = open.popLast() {
      var cursor = try cursor(at: address)
      try cursor.expect("TREE")
      guard try cursor.byte() == type else {
        throw .malformed("the tree at byte \(address) is of another type")
      }
      let level = try cursor.byte()
      guard level == expected ?? level else {
        throw .malformed("the tree at byte \(address) has branches of different heights")
      }
      let count = try cursor.short()
      try cursor.skip(2 * addressSize)
      try budget.spend(8 + count * (keySize + addressSize))
      var children: [ClassicLeaf] = []
      for _ in 0..<count {
        let key = try cursor.take(keySize)
        guard let child = try cursor.address(bytes: addressSize) else {
          throw .malformed("the tree at byte \(address) has a branch that leads nowhere")
        }
        children.append(ClassicLeaf(key: key, child: child))
      }
      if level == 0 {
        leaves += children
      } else {
        open += children.reversed().map { ($0.child, level - 1) }
      }
    }
    return leaves
  }
}
