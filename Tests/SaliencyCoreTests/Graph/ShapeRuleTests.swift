import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Shape rules")
struct ShapeRuleTests {
  /// Operands that do not fit an operation, and what the error says.
  struct Row: Sendable, CustomStringConvertible {
    let operation: any SaliencyCore.Operation
    let operands: [Shape]
    let message: String

    init(_ operation: any SaliencyCore.Operation, _ operands: [Shape], _ message: String) {
      self.operation = operation
      self.operands = operands
      self.message = message
    }

    var description: String { "\(operation) of \(operands.map(\.text))" }
  }

  private static func window(_ kernel: [Int], before: [Int]? = nil, strides: [Int]? = nil) -> PoolingWindow {
    PoolingWindow(kernel: kernel, geometry: .init(rank: kernel.count, strides: strides, before: before))
  }

  private static let plane = WindowGeometry(rank: 2)

  static let rows: [Row] = [
    Row(Rectifier(), [], "takes 1 operands, not 0"),
    Row(Sigmoid(), [[1], [1]], "takes 1 operands, not 2"),
    Row(Addition(), [[2, 3], [2, 4]], "operands of 2×3 and 2×4 do not broadcast to one shape"),
    Row(Division(), [[2]], "takes 2 operands, not 1"),
    Row(Gate(lower: 0), [[2, 3], [3]], "a gate of 3 does not fit a value of 2×3"),
    Row(Reshape(shape: [5]), [[2, 3]], "2×3 has 6 elements and cannot become 5"),
    Row(Reshape(shape: [-1, -6]), [[2, 3]], "cannot become"),
    Row(Reshape(shape: [Int.max, 4]), [[2, 2]], "cannot become"),
    Row(Transpose(permutation: [0, 0]), [[2, 3]], "[0, 0] is not an order of the 2 axes of 2×3"),
    Row(Transpose(permutation: [0]), [[2, 3]], "not an order"),
    Row(Transpose(permutation: [1, 2]), [[2, 3]], "not an order"),
    Row(Broadcast(shape: [2, 4]), [[2, 3]], "2×3 cannot be broadcast to 2×4"),
    Row(Broadcast(shape: [3]), [[1, 3]], "cannot be broadcast"),
    Row(Concatenation(axis: 0), [], "at least one operand"),
    Row(Concatenation(axis: 2), [[2, 3]], "2×3 has no axis 2"),
    Row(Concatenation(axis: -1), [[2, 3]], "no axis -1"),
    Row(Concatenation(axis: 0), [[]], "scalar has no axis 0"),
    Row(Concatenation(axis: 1), [[2, 3], [3, 3]], "operands of 2×3 and 3×3 differ in more than axis 1"),
    Row(Concatenation(axis: 1), [[2, 3], [2]], "differ in more than axis 1"),
    Row(Slice(starts: [0], counts: [4], steps: [1]), [[3]], "a slice of 4 from [0] does not lie in 3"),
    Row(Slice(starts: [3], counts: [1], steps: [1]), [[3]], "does not lie in"),
    Row(Slice(starts: [0], counts: [2], steps: [-1]), [[3]], "does not lie in"),
    Row(Slice(starts: [0], counts: [1], steps: [0]), [[3]], "does not lie in"),
    Row(Slice(starts: [0], counts: [-1], steps: [1]), [[3]], "does not lie in"),
    Row(Slice(starts: [1], counts: [2], steps: [Int.max]), [[3]], "does not lie in"),
    Row(Slice(starts: [0, 0], counts: [1], steps: [1]), [[3]], "does not lie in"),
    Row(Padding(before: [1], after: [1, 1]), [[2, 2]], "padding of [1] and [1, 1] does not fit 2×2"),
    Row(Padding(before: [-3], after: [1]), [[2]], "cuts more than there is of 2"),
    Row(Padding(before: [-1], after: [-2]), [[2]], "cuts more than there is"),
    Row(Padding(before: [Int.min], after: [Int.max]), [[2]], "does not fit"),
    Row(Reduction(.sum, axes: [1]), [[3]], "axes [1] are not distinct axes of 3"),
    Row(Reduction(.mean, axes: [0, 0]), [[3]], "not distinct axes"),
    Row(Reduction(.mean, axes: [-1]), [[3]], "not distinct axes"),
    Row(Softmax(axis: 1), [[3]], "3 has no axis 1"),
    Row(LogSoftmax(axis: 0), [[]], "scalar has no axis 0"),
    Row(MatrixProduct(), [[2, 3], [4, 5]], "matrices of 2×3 and 4×5 do not fit together"),
    Row(MatrixProduct(transposesLeft: true), [[2, 3], [3, 5]], "2×3 (transposed)"),
    Row(MatrixProduct(), [[3], [3, 5]], "3 and 3×5 are not both matrices"),
    Row(MatrixProduct(), [[2, 2, 3], [3, 3, 5]], "do not fit together"),
    Row(MatrixProduct(), [[2, 3], [3, 5], [4]], "a bias of 4 does not fit 5 columns"),
    Row(Convolution(geometry: plane), [[1, 3, 5]], "takes 2 to 3 operands, not 1"),
    Row(Convolution(geometry: plane), [[1, 3], [4, 3]], "do not make a convolution over 1 to 3 axes"),
    Row(Convolution(geometry: plane), [[1, 3, 5, 5], [4, 3, 3]], "do not make a convolution"),
    Row(
      Convolution(geometry: plane, groups: 0), [[1, 3, 5, 5], [4, 3, 3, 3]], "do not make a convolution"),
    Row(
      Convolution(geometry: plane), [[1, 3, 5, 5], [4, 2, 3, 3]],
      "in 1 groups does not fit an input of 1×3×5×5"),
    Row(Convolution(geometry: plane, groups: 3), [[1, 3, 5, 5], [4, 1, 3, 3]], "in 3 groups does not fit"),
    Row(Convolution(geometry: plane, groups: .max), [[1, 3, 5, 5], [4, 2, 3, 3]], "does not fit"),
    Row(
      Convolution(geometry: plane), [[1, 3, 2, 5], [4, 3, 3, 3]], "larger than the padded input of 1×3×2×5"),
    Row(Convolution(geometry: plane), [[1, 3, 5, 5], [4, 3, 3, 0]], "have to be given"),
    Row(
      Convolution(geometry: .init(rank: 2, strides: [1, 0])), [[1, 3, 5, 5], [4, 3, 3, 3]],
      "strides, dilations and padding have to be given for 2 axes"),
    Row(Convolution(geometry: .init(rank: 1)), [[1, 3, 5, 5], [4, 3, 3, 3]], "for 2 axes"),
    Row(
      Convolution(geometry: .init(rank: 2, before: [-1, 0])), [[1, 3, 5, 5], [4, 3, 3, 3]], "for 2 axes"),
    Row(
      Convolution(geometry: plane), [[1, 3, 5, 5], [4, 3, 3, 3], [3]], "a bias of 3 does not fit 4 outputs"),
    Row(
      TransposedConvolution(geometry: plane, extents: [5, 6]), [[1, 4, 3, 3], [4, 3, 3, 3]],
      "a convolution of 5×6 with a kernel of 4×3×3×3 does not give 1×4×3×3"),
    Row(
      TransposedConvolution(geometry: plane, extents: [Int.max, 5]), [[1, 4, 3, 3], [4, 3, 3, 3]],
      "does not give"),
    Row(
      TransposedConvolution(geometry: plane, extents: [Int.min, -1]), [[1, 4, 3, 3], [4, 3, 3, 3]],
      "does not give"),
    Row(
      TransposedConvolution(geometry: plane, extents: [5]), [[1, 4, 3, 3], [4, 3, 3, 3]], "does not fit"),
    Row(
      TransposedConvolution(geometry: plane, groups: .max, extents: [5, 5]), [[1, 4, 3, 3], [4, 3, 3, 3]],
      "does not fit"),
    Row(
      MaximumPooling(window([2, 2])), [[1, 3, 5]], "a pooling window of 2×2 does not fit an input of 1×3×5"),
    Row(MaximumPooling(window([])), [[1, 3]], "does not fit"),
    Row(MaximumPooling(window([6, 2])), [[1, 3, 5, 5]], "larger than the padded input of 1×3×5×5"),
    Row(MaximumPooling(window([Int.max, 2])), [[1, 3, 5, 5]], "larger than the padded input"),
    Row(MaximumPooling(window([0])), [[1, 3, 5]], "does not fit"),
    Row(MaximumPooling(window([2], strides: [-1])), [[1, 3, 5]], "does not fit"),
    Row(
      MaximumPooling(window([2], before: [2])), [[1, 3, 5]],
      "lies in the padding of 1×3×5 with all its elements"),
    Row(AveragePooling(window([2], before: [4]), includesPadding: true), [[1, 3, 5]], "lies in the padding"),
    Row(
      MaximumPooling(
        PoolingWindow(kernel: [2], geometry: .init(rank: 1, dilations: [4], before: [1], after: [2]))),
      [[1, 1, 2]],
      "lies in the padding"),
    Row(
      // (kernel − 1) · dilation is exactly Int.max.
      MaximumPooling(PoolingWindow(kernel: [Int.max / 7 + 1], geometry: .init(rank: 1, dilations: [7]))),
      [[1, 1, 2]], "larger than the padded input"),
    Row(
      MaximumPoolingGradient(window([2])), [[1, 1, 3], [1, 1, 5], [1, 1, 4]],
      "a gradient of 1×1×3 does not fit"),
    Row(MaximumPoolingGradient(window([2])), [[1, 1, 4], [1, 1, 5]], "takes 3 operands, not 2"),
    Row(MaximumPoolingSelection(window([2])), [[1, 1, 3], [1, 1, 5]], "have to be of one shape"),
    Row(
      AveragePoolingGradient(window([2]), includesPadding: true, extents: [6]), [[1, 1, 4]],
      "a gradient of 1×1×4 does not fit a pooling of 1×1×6"),
    Row(
      AveragePoolingGradient(window([2]), includesPadding: true, extents: [.max]), [[1, 1, 4]], "larger than"),
    Row(AveragePoolingGradient(window([2]), includesPadding: true, extents: []), [[]], "does not fit"),
    Row(
      SliceScatter(Slice(starts: [0], counts: [2], steps: [1]), shape: [-5]), [[2]],
      "2 does not fit a slice of 2 of -5"),
    Row(
      SliceScatter(Slice(starts: [0], counts: [2], steps: [1]), shape: [5]), [[3]], "3 does not fit a slice"
    ),
    Row(Constant(Tensor(1)), [[1]], "takes 0 operands, not 1"),
    Row(Input(shape: [1], label: "x"), [[1]], "takes 0 operands, not 1"),
  ]

  @Test("Operands that do not fit are refused with a sentence that names the shapes", arguments: rows)
  func errors(_ row: Row) throws {
    let builder = GraphBuilder()
    let operands = row.operands.enumerated().map { builder.input("\($0)", shape: $1) }
    _ = builder.append(row.operation, operands, name: "stem")
    let failure = try #require(builder.failure)
    #expect(failure.code == .shapeMismatch)
    #expect(failure.message.contains(row.message), "\(failure.message)")
    #expect(failure.node == "stem" && failure.operation == row.operation.name)
  }

  @Test("Windows that touch the input with at least one element are allowed")
  func windowsAtTheEdge() throws {
    let rows: [(window: PoolingWindow, input: Shape, result: Shape)] = [
      (Self.window([2], before: [1]), [1, 1, 1], [1, 1, 2]),
      (Self.window([3], before: [2]), [1, 1, 1], [1, 1, 3]),
      (Self.window([3], before: [2], strides: [2]), [1, 1, 5], [1, 1, 4]),
      (
        PoolingWindow(kernel: [2], geometry: .init(rank: 1, dilations: [3], before: [3])), [1, 1, 3],
        [1, 1, 6]
      ),
    ]
    for row in rows {
      #expect(try MaximumPooling(row.window).resultShape(of: [row.input]) == row.result)
    }
  }
}
