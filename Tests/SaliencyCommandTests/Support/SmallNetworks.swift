import SaliencyTestSupport

extension MadeModel {
  /// y = a·(1, 2) · b, for inputs a of two numbers and b of one.
  static var product: MadeModel {
    var made = MadeModel()
    made.input("a", [nil, 2])
    made.input("b", [nil, 1])
    made.weight("w", [2, 1], [1, 2])
    made.node("MatMul", ["a", "w"], ["c"])
    made.node("Mul", ["c", "b"], ["y"])
    made.output("y")
    return made
  }

  /// The sum of two numbers of each token, which are rows of an embedding of five tokens.
  static var sumOfTokens: MadeModel {
    var made = MadeModel()
    made.input("ids", [nil, nil], .int64)
    made.weight("table", [5, 2], [0, 0, 1, 0, 3, 0, -2, 0, 0.5, 0])
    made.node("Gather", ["table", "ids"], ["rows"])
    made.integers("axes", [1], [1])
    made.node("ReduceSum", ["rows", "axes"], ["y"], ["keepdims": .integer(0)])
    made.output("y")
    return made
  }
}
