internal import OneDNN

extension WindowGeometry {
  /// The same as oneDNN counts it.
  var parameters: WindowParameters {
    WindowParameters(
      strides: strides, dilations: dilations, paddingBefore: paddingBefore, paddingAfter: paddingAfter)
  }
}
