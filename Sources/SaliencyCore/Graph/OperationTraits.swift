/// What an operation is, for whoever reads a graph and knows no operation in particular: methods of relevance, and what looks for activations,
/// attention and normalizations.
///
/// An operation declares all of it. There is no default: an operation that says nothing does not compile.
public struct OperationTraits: Sendable, Hashable {
  /// How the relevance of a result goes back to the operands, in layer-wise relevance propagation.
  public enum Relevance: Sendable, Hashable {
    /// The result is a sum of terms: each operand has the share of its terms.
    case terms
    /// The same, where the terms are of the first operand alone and the others say where they lie.
    case termsOfFirst
    /// The same, where a term is a product of elements of the first two operands: each that depends on the input has half of its share.
    case productTerms
    /// A factor that is computed from the other one has nothing, and so has a constant. Two that are independent have half each.
    case factors
    /// All of it goes to the first operand, or to the second where the first is a constant.
    case first
    /// That of a softmax along an axis.
    case softmax(axis: Int)
    /// The operand has it as it is, as that of an activation.
    case whole
    /// As the derivative goes: to the elements that the result consists of, or that won.
    case derivative
    /// It is not known; relevance that arrives is an error.
    case unknown
  }

  /// What is true of an operation, or not.
  public struct Properties: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt16

    /// Properties by their bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// It works element by element, with NumPy's broadcasting.
    public static let elementwise = Properties(rawValue: 1 << 0)
    /// It works over whole axes or changes them, as formulas of normalizations do.
    public static let overAxes = Properties(rawValue: 1 << 1)
    /// It is an activation, or the part of one that bends it.
    public static let activation = Properties(rawValue: 1 << 2)
    /// No result is below 0.
    public static let nonNegative = Properties(rawValue: 1 << 3)
    /// No result is below 0 where nothing in the operands is.
    public static let keepsNonNegative = Properties(rawValue: 1 << 4)
    /// Attention stays attention under it: scales, masks, biases and changes of shape.
    public static let keepsAttention = Properties(rawValue: 1 << 5)
    /// Units lie along the last axis of the result, as those of products with matrices do.
    public static let unitsLast = Properties(rawValue: 1 << 6)
  }

  /// How relevance goes back.
  public let relevance: Relevance
  /// What is true of the operation.
  public let properties: Properties

  /// The traits of an operation.
  public init(relevance: Relevance, _ properties: Properties = []) {
    (self.relevance, self.properties) = (relevance, properties)
  }

  /// Those of a function of each element of one operand, which relevance passes as it is.
  public static func function(_ properties: Properties = []) -> OperationTraits {
    OperationTraits(relevance: .whole, properties.union(.elementwise))
  }

  /// Those of an operation that puts elements elsewhere.
  public static func movement(_ properties: Properties = []) -> OperationTraits {
    OperationTraits(relevance: .derivative, properties.union(.keepsNonNegative))
  }
}
