/// x rounded to what a format with fewer bits can hold; its derivative is 1, as if nothing were rounded
public struct FormatRounding: ElementwiseOperation {
  /// The format.
  public let format: NumberFormat

  /// A rounding to the numbers of a format.
  public init(_ format: NumberFormat) {
    self.format = format
  }

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering {
    let format = format
    return .function { format.rounded($0) }
  }

  public func gradient(_ context: GradientContext) -> Value? { context.gradient }
}
