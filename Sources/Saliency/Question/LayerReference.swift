/// A layer as a question names it: by its name or by its index, where −1 is the last.
///
/// Literals do: `"block5_conv3"`, `12`, `-1`. Names and indices are those that `saliency inspect` and
/// ``Network/layers`` list.
public enum LayerReference: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  CustomStringConvertible
{
  /// A layer by its name; where no layer has the name and it is a number, by that index.
  case name(String)
  /// A layer by its index; negative ones count from the last.
  case index(Int)

  public init(stringLiteral value: String) { self = .name(value) }
  public init(integerLiteral value: Int) { self = .index(value) }

  /// The reference as people write it.
  public var description: String {
    switch self {
    case .name(let name): name
    case .index(let index): "\(index)"
    }
  }
}
