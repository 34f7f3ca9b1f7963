import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Where items of a batch are")
struct BatchAxisTests {
  typealias Body = @Sendable (_ x: Value, _ count: Int) -> Value

  /// A graph of a batch of items of 3×4×4.
  struct Formula: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let body: Body

    init(_ name: String, _ body: @escaping Body) {
      (testDescription, self.body) = (name, body)
    }

    func graph(_ count: Int) throws -> Graph {
      let builder = GraphBuilder()
      return try builder.graph(outputs: [body(builder.input("x", shape: [count, 3, 4, 4]), count)])
    }
  }

  private static func ramp(_ shape: Shape) -> Tensor {
    Tensor(shape: shape, values: (0..<shape.elementCount).map { Float($0 % 7) - 3 })
  }

  private static let window = PoolingWindow(
    kernel: [2, 2], geometry: WindowGeometry(rank: 2, strides: [2, 2]))

  static let apart: [Formula] = [
    .init("a function of elements") { x, _ in (x * 2).applying(Sigmoid()) },
    .init("arithmetic with a constant for each channel") { x, _ in
      x * x.builder.constant(ramp([3, 1, 1])) + x
    },
    .init("a constant that is the same for each item") { x, count in
      x + x.builder.constant(ramp([1, 3, 4, 4])).broadcast(to: [count, 3, 4, 4])
    },
    .init("a constant with the batch written out") { x, count in
      let values = Array(repeatElement(ramp([1, 3, 4, 4]).values, count: count).joined())
      return x - x.builder.constant(Tensor(shape: [count, 3, 4, 4], values: values))
    },
    .init("constants without elements, in front of the batch and behind it") { x, count in
      let empty = x.builder.constant(Tensor(shape: [0, count, 1, 1], values: []))
      let none = x.reshaped(to: [1, count, 6, 8]) + empty
      let last = x.builder.constant(Tensor(shape: [count, 3, 4, 0], values: []))
      return x.applying(Concatenation(axis: 3), last)
        + none.sum([0]).sum([2, 3]).reshaped(to: [count, 1, 1, 1])
    },
    .init("a choice") { x, _ in x.applying(Comparison(.greater), x * 0.5).applying(Selection(), x, x * 3) },
    .init("a softmax along the channels") { x, _ in x.applying(Softmax(axis: 1)) },
    .init("a sum along an axis, and the largest along another") { x, _ in
      x.sum([1]).applying(MinMaxReduction(axes: [3], isMaximum: true))
    },
    .init("sums before each element") { x, _ in x.applying(CumulativeSum(axis: 2)) },
    .init("the places of the largest") { x, _ in
      x.applying(AxisGather(axis: 3), x.applying(TopKIndices(axis: 3, count: 2)))
    },
    .init("a convolution and its gradient") { x, _ in
      let kernel = x.builder.constant(ramp([5, 3, 2, 2]))
      let geometry = WindowGeometry(rank: 2)
      return x.applying(Convolution(geometry: geometry), kernel)
        .applying(TransposedConvolution(geometry: geometry, extents: [4, 4]), kernel)
    },
    .init("poolings and their gradients") { x, _ in
      let (maximum, mean) = (
        x.applying(MaximumPooling(window)), x.applying(AveragePooling(window, includesPadding: false))
      )
      return mean.applying(MaximumPoolingGradient(window), x, maximum)
        + maximum.applying(AveragePoolingGradient(window, includesPadding: false, extents: [4, 4]))
    },
    .init("slices, padding and concatenation along other axes") { x, count in
      let slice = x.sliced(axis: 2, from: 1, count: 2)
      let padded = slice.applying(Padding(before: [0, 0, 1, 0], after: [0, 0, 1, 0]))
      return padded.applying(
        Concatenation(axis: 1), x,
        x.builder.constant(ramp([1, 2, 4, 4]))
          .broadcast(to: [count, 2, 4, 4]))
    },
    .init("rows that are taken") { x, _ in x.gathered([2, 0, -1, 2], along: 1) },
    .init("all rows in their order, along the batch") { x, count in
      x.gathered((0..<Int32(count)).map { $0 }, along: 0)
    },
    .init("a linear layer on the flattened item") { x, count in
      x.reshaped(to: [count, 48]).applying(MatrixProduct(), x.builder.constant(ramp([48, 5])))
    },
    .init("a linear layer from the left") { x, count in
      x.builder.constant(ramp([5, 48])).applying(
        MatrixProduct(transposesRight: true), x.reshaped(to: [count, 48])
      ).transposed([1, 0])
    },
    .init("attention of an item's rows to one another") { x, count in
      let rows = x.reshaped(to: [count, 3, 16])
      return rows.applying(MatrixProduct(transposesRight: true), rows).applying(Softmax(axis: 2))
        .applying(MatrixProduct(), rows)
    },
    .init("windows that become items, and back") { x, count in
      x.reshaped(to: [count, 3, 2, 2, 2, 2]).transposed([0, 2, 4, 1, 3, 5]).reshaped(to: [count * 4, 12])
        .applying(MatrixProduct(), x.builder.constant(ramp([12, 6]))).reshaped(to: [count, 24])
    },
    .init("tokens in front of the batch, merged with it, and back") { x, count in
      x.reshaped(to: [count, 6, 8]).transposed([1, 0, 2]).reshaped(to: [6 * count, 8])
        .applying(MatrixProduct(), x.builder.constant(ramp([8, 8]))).reshaped(to: [6, count, 8])
        .transposed([1, 0, 2])
    },
  ]

  static let mixed: [Formula] = [
    .init("a softmax along the batch") { x, _ in x.applying(Softmax(axis: 0)) },
    .init("the batch's mean taken off") { x, _ in x - x.mean([0]) },
    .init("a sum along the batch") { x, _ in x.sum([0]) },
    .init("the largest along the batch") { x, _ in
      x - x.applying(MinMaxReduction(axes: [0], isMaximum: true))
    },
    .init("a constant that differs from item to item") { x, count in
      x + x.builder.constant(ramp([count, 1, 1, 1]))
    },
    .init("items in another order") { x, count in
      x.gathered((0..<Int32(count)).reversed(), along: 0)
    },
    .init("items turned around by a slice") { x, count in
      x.applying(
        Slice(starts: [count - 1, 0, 0, 0], counts: x.shape, steps: [-1, 1, 1, 1]))
    },
    .init("items that meet one another") { x, count in
      let rows = x.reshaped(to: [count, 48])
      return rows.applying(MatrixProduct(transposesRight: true), rows)
    },
    .init("tokens taken for items") { x, count in
      // The shape is that of a batch, the items are not where it has them.
      x.reshaped(to: [count, 6, 8]).transposed([1, 0, 2]).reshaped(to: [count, 48])
    },
    .init("channels in place of items") { x, count in
      x.transposed([1, 0, 2, 3]).reshaped(to: [count, 48])
    },
    .init("windows left in front of the items") { x, count in
      x.reshaped(to: [count, 6, 8]).transposed([1, 0, 2])
    },
    .init("a constant") { x, count in x.builder.constant(ramp([count, 2])) },
  ]

  @Test("Items that stay apart have the results of one item", arguments: apart)
  func staysApart(_ formula: Formula) throws {
    let count = 4
    #expect(try formula.graph(count).separatesItems(count))
    #expect(try formula.graph(count).optimized().separatesItems(count), "optimized")
    let values = (0..<count * 48).map { Double(($0 * 37 % 101) - 50) / 25 }
    let together = try ReferenceEvaluator.evaluate(
      formula.graph(count), ["x": ReferenceTensor([count, 3, 4, 4], values)])[0]
    let alone = try (0..<count).flatMap { item in
      try ReferenceEvaluator.evaluate(
        formula.graph(1),
        ["x": ReferenceTensor([1, 3, 4, 4], Array(values[item * 48..<(item + 1) * 48]))])[0].values
    }
    #expect(together.values == alone)
  }

  @Test("Items that meet are not said to stay apart", arguments: mixed)
  func meets(_ formula: Formula) throws {
    #expect(try !formula.graph(4).separatesItems(4))
    #expect(try !formula.graph(4).optimized().separatesItems(4), "optimized")
  }

  @Test("Each result counts, and so does the number of items")
  func results() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [4, 3])
    #expect(try builder.graph(outputs: [x, x * 2]).separatesItems(4))
    #expect(try !builder.graph(outputs: [x, x.sum()]).separatesItems(4))
    #expect(try !builder.graph(outputs: [x]).separatesItems(2))
  }
}
