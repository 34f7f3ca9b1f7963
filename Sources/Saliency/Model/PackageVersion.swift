/// The version of the package.
package enum PackageVersion {
  /// The version, as releases are tagged.
  package static let current = "0.1.0"
}
