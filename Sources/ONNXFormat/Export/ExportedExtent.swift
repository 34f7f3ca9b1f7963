/// An extent of an exported tensor: a number, or a multiple of the batch that the model will be run on.
struct ExportedExtent: Hashable, Sendable {
  /// How often the batch is counted; 0 where the extent is fixed.
  let multiple: Int
  /// The extent where it is fixed.
  let fixed: Int

  /// A fixed extent.
  init(_ fixed: Int) {
    self.init(multiple: 0, fixed: fixed)
  }

  private init(multiple: Int, fixed: Int) {
    (self.multiple, self.fixed) = (multiple, fixed)
  }

  /// The extent that takes two values at two batches; nil where it is neither fixed nor a multiple of the batch.
  init?(_ extents: (Int, Int), batches: (Int, Int)) {
    if extents.0 == extents.1 {
      self.init(extents.0)
      return
    }
    let (multiple, remainder) = extents.0.quotientAndRemainder(dividingBy: batches.0)
    guard remainder == 0, multiple * batches.1 == extents.1 else { return nil }
    self.init(multiple: multiple, fixed: 0)
  }

  var isFixed: Bool { multiple == 0 }
}

extension [ExportedExtent] {
  /// The extents where all are fixed.
  var fixed: [Int]? { allSatisfy(\.isFixed) ? map(\.fixed) : nil }
}
