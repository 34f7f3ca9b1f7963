import SaliencyCore

/// A tensor between Keras's layers.
struct LayerValue {
  /// The tensor, in the layout that Keras gives it: channels last, unless a layer says otherwise.
  var value: Value
  /// 1 at the time steps that count and 0 at the others, batch×time; nil where all count.
  var mask: Value?

  init(_ value: Value, mask: Value? = nil) {
    self.value = value
    self.mask = mask
  }
}
