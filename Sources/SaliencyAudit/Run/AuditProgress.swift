/// How far an audit has come.
public struct AuditProgress: Sendable {
  /// The images that are done, with those that were done by an earlier start.
  public let done: Int
  /// All images of this start.
  public let total: Int
  /// The images among them that failed.
  public let failed: Int
  /// The images among them that an earlier start had done.
  public let known: Int
  /// The time since the first image.
  public let elapsed: Duration

  /// Images a second, of those that this start did; nil where there are none yet.
  public var rate: Double? {
    let seconds = elapsed / .seconds(1)
    return done > known && seconds > 0 ? Double(done - known) / seconds : nil
  }

  /// The time that the rest will take at that rate.
  public var remaining: Duration? { rate.map { .seconds(Double(total - done) / $0) } }

  /// Is told of each change, from one task at a time.
  public typealias Handler = @Sendable (AuditProgress) -> Void
}
