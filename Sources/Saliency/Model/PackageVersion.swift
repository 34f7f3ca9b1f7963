/// The version of the package.
public enum PackageVersion {
  /// The version, as releases are tagged.
  public static let current = "0.1.0"
}
