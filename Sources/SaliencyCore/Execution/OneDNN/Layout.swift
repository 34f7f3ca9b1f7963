internal import OneDNN

/// How a tensor lies in memory: its extents, the format of its elements, and plain strides, blocks, or an order that only oneDNN knows.
struct Layout: Sendable {
  /// What oneDNN calls it.
  let descriptor: MemoryDescriptor

  init(_ descriptor: MemoryDescriptor) {
    self.descriptor = descriptor
  }

  /// A layout that a primitive may choose.
  static func any(_ dimensions: [Int], _ type: ElementType = .single) throws -> Layout {
    Layout(try .any(dimensions, type.dataType))
  }

  /// A row-major layout without gaps.
  static func plain(_ dimensions: [Int], _ type: ElementType = .single) throws -> Layout {
    try strided(dimensions, strides: dimensions.rowMajorStrides, type)
  }

  /// A layout given by the distance, in elements, between neighbors along each axis.
  static func strided(
    _ dimensions: [Int], strides: [Int], _ type: ElementType = .single
  ) throws -> Layout {
    Layout(try .strided(dimensions, strides: strides, type.dataType))
  }

  /// A layout of [batch, channels, …] in which the channels of a place are neighbors.
  static func channelsLast(_ dimensions: [Int], _ type: ElementType = .single) throws -> Layout {
    let order = [0] + Array(2..<dimensions.count) + [1]
    return try strided(
      dimensions, strides: order.map { dimensions[$0] }.rowMajorStrides.moved(to: order), type)
  }

  /// A layout of [batch, channels, …] in blocks of 8 or 16 channels, over 1 to 3 spatial axes.
  static func blocked(
    _ dimensions: [Int], channels: Int, _ type: ElementType = .single
  ) throws -> Layout {
    Layout(try .blocked(dimensions, channels: channels, type.dataType))
  }

  /// The same bytes with the axes in another order: axis `i` of the result is axis `permutation[i]` of this layout.
  func permuted(_ permutation: [Int]) throws -> Layout { Layout(try descriptor.permuted(permutation)) }

  /// The same layout with elements of another format; nil where that can only be had from a primitive.
  func converted(to type: ElementType) throws -> Layout? {
    if type == elementType { return self }
    guard let blocking else { return nil }
    if blocking.blocks.isEmpty { return try .strided(dimensions, strides: blocking.strides, type) }
    guard blocking.blocks.count == 1, let block = blocking.blocks.first, block.axis == 1,
      (3...5).contains(dimensions.count), [8, 16].contains(block.size),
      try isEqual(to: .blocked(dimensions, channels: block.size, elementType))
    else { return nil }
    return try .blocked(dimensions, channels: block.size, type)
  }

  /// The extents, outermost first.
  var dimensions: [Int] { descriptor.dimensions }

  /// The format of the elements.
  var elementType: ElementType { descriptor.dataType == .single ? .single : .brainFloat }

  /// The bytes that a tensor in this layout takes, padding included.
  var byteCount: Int { descriptor.byteCount }

  /// Whether the bytes in memory are the elements and nothing else: no padding, whatever the order.
  var isDense: Bool { byteCount == dimensions.elementCount * elementType.byteCount }

  /// Whether both describe the same shape in the same layout.
  func isEqual(to other: Layout) -> Bool { descriptor.isEqual(to: other.descriptor) }

  /// The distances between neighboring blocks along each axis, in elements, and the blocks inside, which lie densely in one another,
  /// the outermost first, each a part of an axis; nil where the layout is left open or one that only a primitive understands.
  var blocking: (strides: [Int], blocks: [(axis: Int, size: Int)])? { descriptor.blocking }

  /// The axes from the outermost to the innermost, where the elements lie densely and in no blocks; else nil.
  var axisOrder: [Int]? {
    guard let blocking, blocking.blocks.isEmpty else { return nil }
    let order = dimensions.indices.sorted { (-blocking.strides[$0], $0) < (-blocking.strides[$1], $1) }
    let dense = order.map { dimensions[$0] }.rowMajorStrides
    let isDense = zip(order, dense).allSatisfy { dimensions[$0] == 1 || blocking.strides[$0] == $1 }
    return isDense ? order : nil
  }
}

extension ElementType {
  fileprivate var dataType: DataType { self == .single ? .single : .brainFloat }
}

extension PrimitiveDescriptor {
  /// The layout that oneDNN chose for an argument, or nil where the primitive has no such argument.
  func layout(of argument: Argument, _ dimensions: [Int]) throws -> Layout? {
    try descriptor(of: argument, dimensions: dimensions).map(Layout.init)
  }
}
