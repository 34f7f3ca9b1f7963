import FileAccess
import SaliencyCore

/// The functions of `keras.ops` that functional models record, by the name of the operation's class.
enum OperationTable {
  /// What a function computes: one value a result.
  typealias Body = @Sendable (OperationCall) throws(LayerFailure) -> [Value]

  private static let bodies: [String: Body] = {
    let families = [elementwise, reductions, layouts, products, networkFunctions, activationFunctions]
    return families.reduce(into: [:]) {
      $0.merge($1) { _, _ in preconditionFailure("an operation stands twice") }
    }
  }()

  static func kind(named name: String) -> LayerKind? {
    guard let body = bodies[name] else { return nil }
    return LayerKind { layer throws(LayerFailure) in try body(OperationCall(layer)).map { LayerValue($0) } }
  }

  /// A function of one tensor.
  static func unary(_ body: @escaping @Sendable (Value) -> Value) -> Body {
    { call throws(LayerFailure) in [body(try call.operand())] }
  }

  /// A function of two tensors or numbers.
  static func binary(_ body: @escaping @Sendable (Value, Value) -> Value) -> Body {
    { call throws(LayerFailure) in [body(try call.operand(0, "x1", "x"), try call.operand(1, "x2", "y"))] }
  }
}
