/// The format of a tensor's elements.
enum ElementType: Sendable, Hashable {
  /// 32 bits, of which 23 are the fraction.
  case single
  /// The upper 16 bits of `single`: the same range with 7 bits of fraction.
  case brainFloat

  /// The bytes of an element.
  var byteCount: Int { self == .single ? 4 : 2 }
}
