import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Sums over labeled axes")
struct EinsteinSumTests {
  struct Sum: Sendable, CustomTestStringConvertible {
    let equation: String
    let shapes: [Shape]

    var testDescription: String { equation }
  }

  static let sums: [Sum] = [
    Sum(equation: "bqhd,bkhd->bhqk", shapes: [[2, 3, 2, 4], [2, 5, 2, 4]]),
    Sum(equation: "ij,kj", shapes: [[2, 3], [4, 3]]),
    Sum(equation: "ji,jk", shapes: [[3, 2], [3, 4]]),
    Sum(equation: "...ij,...jk->...ik", shapes: [[2, 1, 3, 4], [5, 4, 2]]),
    Sum(equation: " i , jk , l -> lij", shapes: [[2], [3, 4], [5]]),
    Sum(equation: "bii->b", shapes: [[2, 3, 3]]),
    Sum(equation: "ibi->bi", shapes: [[3, 2, 3]]),
    Sum(equation: "abc,cab->bca", shapes: [[2, 3, 4], [4, 2, 3]]),
    Sum(equation: "ij,ij->", shapes: [[2, 3], [2, 3]]),
    Sum(equation: "i...->...", shapes: [[2, 3, 1]]),
  ]

  @Test("A sum and its derivatives agree with their definitions", arguments: sums)
  func agreement(_ sum: Sum) async throws {
    let read = try EinsteinSum(sum.equation, shapes: sum.shapes)
    try await expectAgreement(
      on: CheckedFunction(sum.equation, sum.shapes.map { .init($0) }) { _, arguments, _ in read(arguments) })
  }

  @Test("The value is that of a loop over all labels", arguments: sums.filter { !$0.equation.contains(".") })
  func value(_ sum: Sum) throws {
    var generator = SplitMix64(seed: 1)
    let builder = GraphBuilder()
    let arguments = sum.shapes.enumerated().map { builder.input("\($0)", shape: $1) }
    let graph = try builder.graph(
      outputs: [try EinsteinSum(sum.equation, shapes: sum.shapes)(arguments)])
    let tensors = sum.shapes.map { ReferenceTensor(.random($0, using: &generator)) }
    let inputs = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ("\($0)", $1) })
    let result = try ReferenceEvaluator.evaluate(graph, inputs)[0]
    let expected = Self.loop(over: sum.equation.filter { $0 != " " }, tensors)
    #expect(result.shape == expected.shape)
    #expect(relativeError(result.values, expected.values) < 1e-12)
  }

  /// The definition: a product of elements for each way to number the labels, added where it belongs.
  private static func loop(over equation: String, _ tensors: [ReferenceTensor]) -> ReferenceTensor {
    let sides = equation.split(separator: "->", omittingEmptySubsequences: false)
    let terms = sides[0].split(separator: ",").map(Array.init)
    var extents: [Character: Int] = [:]
    for (term, tensor) in zip(terms, tensors) {
      for (label, extent) in zip(term, tensor.shape) { extents[label] = extent }
    }
    let all = terms.flatMap { $0 }
    let once = extents.keys.filter { label in all.count { $0 == label } == 1 }.sorted()
    let output = sides.count == 2 ? Array(sides[1]) : once
    let labels = extents.keys.sorted()
    let shape = output.map { extents[$0]! }
    var values = [Double](repeating: 0, count: shape.elementCount)
    for number in 0..<labels.reduce(1, { $0 * extents[$1]! }) {
      var rest = number
      var position: [Character: Int] = [:]
      for label in labels {
        position[label] = rest % extents[label]!
        rest /= extents[label]!
      }
      func index(_ labels: [Character]) -> Int { labels.reduce(0) { $0 * extents[$1]! + position[$1]! } }
      values[index(output)] += zip(terms, tensors).reduce(1) { $0 * $1.1.values[index($1.0)] }
    }
    return ReferenceTensor(shape, values)
  }

  @Test(
    "What is no equation for the operands is refused",
    arguments: [
      Sum(equation: "ij", shapes: [[2, 3], [3]]), Sum(equation: "ij,jk", shapes: [[2, 3], [4, 5]]),
      Sum(equation: "i->ij", shapes: [[2]]), Sum(equation: "ij->ii", shapes: [[2, 2]]),
      Sum(equation: "ij", shapes: [[2]]), Sum(equation: "i+j", shapes: [[2, 2, 2]]),
      Sum(equation: "...i...", shapes: [[2, 2]]), Sum(equation: "i->j->k", shapes: [[2]]),
      Sum(equation: "..i", shapes: [[2, 2]]), Sum(equation: "i...j", shapes: [[2]]),
    ])
  func refusals(_ sum: Sum) {
    #expect(throws: GraphError.self) { try EinsteinSum(sum.equation, shapes: sum.shapes) }
  }

  @Test("The diagonal of axes that differ is refused when it is taken")
  func unevenDiagonal() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 3])
    let sum = try EinsteinSum("ii->i", shapes: [[1, 3]])
    #expect(throws: GraphError.self) { try builder.graph(outputs: [sum([x])]) }
  }
}
