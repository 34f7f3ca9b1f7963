internal import COneDNN

/// The format of a tensor's elements.
public enum DataType: Sendable, Hashable {
  /// 32 bits, of which 23 are the fraction.
  case single
  /// The upper 16 bits of `single`: the same range with 7 bits of fraction.
  case brainFloat

  fileprivate var kind: dnnl_data_type_t { self == .single ? dnnl_f32 : dnnl_bf16 }
}

/// The shape of a tensor, the format of its elements and how it lies in memory: plain strides, blocked by oneDNN, or left open.
public final class MemoryDescriptor: @unchecked Sendable {
  // Owned by this object alone and never changed after `init`.
  let handle: saliency_md

  /// The extents, outermost first.
  public let dimensions: [Int]

  init(adopting handle: saliency_md, dimensions: [Int]) {
    self.handle = handle
    self.dimensions = dimensions
  }

  deinit {
    saliency_md_destroy(handle)
  }

  /// A layout that a primitive may choose (`dnnl_format_tag_any`).
  public static func any(
    _ dimensions: [Int], _ type: DataType = .single
  ) throws(OneDNNError) -> MemoryDescriptor {
    var handle: saliency_md?
    try check(
      saliency_md_create_any(&handle, type.kind, Int32(dimensions.count), dimensions.map(Int64.init)),
      "describe a tensor of \(dimensions)")
    return MemoryDescriptor(adopting: handle!, dimensions: dimensions)
  }

  /// A layout given by the distance, in elements, between neighbors along each axis.
  public static func strided(
    _ dimensions: [Int], strides: [Int], _ type: DataType = .single
  ) throws(OneDNNError) -> MemoryDescriptor {
    var handle: saliency_md?
    try check(
      saliency_md_create_strided(
        &handle, type.kind, Int32(dimensions.count), dimensions.map(Int64.init), strides.map(Int64.init)),
      "describe a tensor of \(dimensions) with strides \(strides)")
    return MemoryDescriptor(adopting: handle!, dimensions: dimensions)
  }

  /// A layout of [batch, channels, …] in blocks of 8 or 16 channels, over 1 to 3 spatial axes.
  public static func blocked(
    _ dimensions: [Int], channels: Int, _ type: DataType = .single
  ) throws(OneDNNError) -> MemoryDescriptor {
    var handle: saliency_md?
    try check(
      saliency_md_create_blocked(
        &handle, type.kind, Int32(dimensions.count), dimensions.map(Int64.init), Int32(channels)),
      "describe a tensor of \(dimensions) in blocks of \(channels) channels")
    return MemoryDescriptor(adopting: handle!, dimensions: dimensions)
  }

  /// The same bytes with the axes in another order: axis `i` of the result is axis `permutation[i]` of this layout
  /// (`dnnl_memory_desc_permute_axes`).
  public func permuted(_ permutation: [Int]) throws(OneDNNError) -> MemoryDescriptor {
    var order = [Int32](repeating: 0, count: permutation.count)
    for (axis, source) in permutation.enumerated() { order[source] = Int32(axis) }
    var handle: saliency_md?
    try check(
      saliency_md_permute(&handle, self.handle, order), "permute the axes of a tensor of \(dimensions)")
    return MemoryDescriptor(adopting: handle!, dimensions: permutation.map { dimensions[$0] })
  }

  /// The format of the elements.
  public var dataType: DataType { saliency_md_type(handle) == dnnl_bf16 ? .brainFloat : .single }

  /// The bytes that a tensor in this layout takes, padding included (`dnnl_memory_desc_get_size`).
  public var byteCount: Int { saliency_md_size(handle) }

  /// Whether both describe the same shape in the same layout (`dnnl_memory_desc_equal`).
  public func isEqual(to other: MemoryDescriptor) -> Bool {
    self === other || saliency_md_equal(handle, other.handle) != 0
  }

  /// How the layout is made up: the distances between neighboring blocks along each axis, in elements, and the blocks inside, which lie densely in
  /// one another, the outermost first, each a part of an axis; nil where it is left open or one that only a primitive understands.
  public var blocking: (strides: [Int], blocks: [(axis: Int, size: Int)])? {
    var strides = [Int64](repeating: 0, count: Int(DNNL_MAX_NDIMS))
    var (sizes, axes) = (strides, strides)
    let count = saliency_md_blocking(handle, Int32(dimensions.count), &strides, &sizes, &axes)
    guard count >= 0 else { return nil }
    return (
      dimensions.indices.map { Int(strides[$0]) }, (0..<Int(count)).map { (Int(axes[$0]), Int(sizes[$0])) }
    )
  }
}
