import SaliencyCore
import SaliencyTestSupport
import Testing

/// What README promises of bytes, for the operations that sum up many products.
@Suite("The same batch gives the same bytes")
struct SameBytesTests {
  /// One operation on a batch, of which the first axis is that of the items.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let item: Shape
    /// Whether the size of the batch may decide which algorithm computes it.
    var isConvolution = false
    let body: @Sendable (_ value: Value, _ constant: (Shape) -> Value) -> Value
  }

  private static func product(_ rows: Int, _ inner: Int, _ columns: Int) -> Case {
    Case(
      testDescription: "a product of \(rows)×\(inner) and \(inner)×\(columns)",
      item: rows == 1 ? [inner] : [rows, inner]
    ) { value, constant in value.applying(MatrixProduct(), constant([inner, columns])) }
  }

  private static func transposedProduct(_ inner: Int, _ columns: Int) -> Case {
    Case(testDescription: "a product of \(inner) and (\(columns)×\(inner))ᵀ", item: [inner]) {
      value, constant in
      value.applying(MatrixProduct(transposesRight: true), constant([columns, inner]))
    }
  }

  private static func attention(_ rows: Int, _ width: Int) -> Case {
    Case(testDescription: "attention over \(rows) tokens of \(width)", item: [rows, width]) { value, _ in
      value.applying(MatrixProduct(transposesRight: true), value).softmax(axis: 2)
        .applying(MatrixProduct(), value)
    }
  }

  /// A convolution with its gradient.
  private static func convolution(
    _ channels: Int, _ outputs: Int, _ side: Int, _ kernel: Int, stride: Int = 1
  )
    -> Case
  {
    Case(
      testDescription:
        "\(outputs) kernels of \(kernel)×\(kernel) over \(channels)×\(side)×\(side), there and back",
      item: [channels, side, side], isConvolution: true
    ) { value, constant in
      let geometry = WindowGeometry(
        rank: 2, strides: [stride, stride], before: [kernel / 2, kernel / 2])
      let kernel = constant([outputs, channels, kernel, kernel])
      return value.applying(Convolution(geometry: geometry), kernel)
        .applying(TransposedConvolution(geometry: geometry, extents: [side, side]), kernel)
    }
  }

  static let cases: [Case] = [
    product(1, 4_608, 10), product(1, 2_048, 100), product(1, 64, 64), product(1, 27, 5),
    product(1, 50_000, 1),
    product(50, 768, 64), product(7, 300, 33), transposedProduct(2_048, 100), transposedProduct(100, 2_048),
    transposedProduct(10, 4_608), transposedProduct(25_088, 8), attention(50, 64), attention(5, 7),
    convolution(3, 16, 32, 3), convolution(16, 32, 28, 3), convolution(64, 64, 7, 3),
    convolution(32, 8, 9, 1),
    convolution(512, 16, 7, 1), convolution(3, 16, 33, 7, stride: 2),
    Case(testDescription: "a mean over places", item: [64, 56, 56]) { value, _ in value.mean([2, 3]) },
    Case(testDescription: "a sum over all", item: [100_000]) { value, _ in value.sum([1]) },
    Case(testDescription: "a softmax", item: [1_000]) { value, _ in value.softmax(axis: 1) },
  ]

  /// Compiles a case for a batch and runs it on some batches.
  private static func run(_ tested: Case, _ batches: [Tensor], threads: Int) async throws -> [[[UInt32]]] {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: batches[0].shape)
    let result = tested.body(x) { builder.constant(ramp($0)) }
    let executor = try Executor(threadCount: threads)
    let plan = try await executor.compile(builder.graph(outputs: [result]).optimized())
    var results: [[[UInt32]]] = []
    for batch in batches {
      results.append(bits(try await executor.run(plan, ["x": batch])[0], batch.shape[0]))
    }
    return results
  }

  /// Numbers between −1 and 1 that repeat late.
  private static func ramp(_ shape: Shape, from start: Int = 0) -> Tensor {
    Tensor(
      shape: shape,
      values: (start..<start + shape.elementCount).map { Float($0 &* 7_919 % 10_007) / 5_003.5 - 1 })
  }

  private static func joined(_ items: [Tensor]) -> Tensor {
    Tensor(shape: [items.count] + items[0].shape.dropFirst(), values: items.flatMap(\.values))
  }

  /// The bits of each item.
  private static func bits(_ tensor: Tensor, _ count: Int) -> [[UInt32]] {
    let (values, size) = (tensor.values, tensor.shape.elementCount / count)
    return (0..<count).map { values[$0 * size..<($0 + 1) * size].map(\.bitPattern) }
  }

  @Test("on any number of threads, whatever an item's neighbors and place", arguments: cases)
  func sameBytes(_ tested: Case) async throws {
    for count in [1, 3, 8] {
      let items = (0...count).map { Self.ramp([1] + tested.item, from: $0 * 1_009) }
      // Another item comes first, and everybody moves by one place.
      let batches = [Array(items.dropLast()), [items[count]] + items.dropLast(2)].map(Self.joined)
      let expected = try await Self.run(tested, batches, threads: 1)
      #expect(Array(expected[1].dropFirst()) == Array(expected[0].dropLast()), "\(count) items, moved")
      // More threads than processors are offered where `OMP_NUM_THREADS` says so.
      for threads in [2, 4] {
        #expect(
          try await Self.run(tested, batches, threads: threads) == expected,
          "\(count) items, \(threads) threads")
      }
    }
  }

  @Test("and another size of the batch the same up to rounding", arguments: cases)
  func otherBatch(_ tested: Case) async throws {
    let items = (0..<5).map { Self.ramp([1] + tested.item, from: $0 * 1_009) }
    let together = try await Self.run(tested, [Self.joined(items)], threads: 2)[0]
    let alone = try await Self.run(tested, items, threads: 2).map { $0[0] }
    for (one, other) in zip(together, alone) {
      let (one, other) = (
        one.map { Double(Float(bitPattern: $0)) }, other.map { Double(Float(bitPattern: $0)) }
      )
      #expect(relativeError(one, other) < (tested.isConvolution ? 1e-5 : 1e-30))
    }
  }
}
