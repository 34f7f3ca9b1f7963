extension String {
  /// A value of a setting as it is spelled today, where it may be spelled as version 0.1.0 did: `centre`, `grey` or `colour`.
  var inPresentSpelling: String {
    ["centre": "center", "grey": "gray", "colour": "color"][self] ?? self
  }
}
