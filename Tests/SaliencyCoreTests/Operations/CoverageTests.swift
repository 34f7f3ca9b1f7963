import FoundationEssentials
import ONNXFormat
import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Every operation")
struct CoverageTests {
  private static let window = PoolingWindow(kernel: [1], geometry: .init(rank: 1))

  /// One of each, from the tables of the tests where there is one.
  static let operations: [any SaliencyCore.Operation] =
    ElementwiseTests.functions.map(\.operation) + BinaryTests.operations + [
      Gate(lower: 0), Constant(Tensor(0)), Reshape(shape: []), Transpose(permutation: []),
      Broadcast(shape: []),
      Slice(starts: [], counts: [], steps: []), Padding(before: [], after: []), Concatenation(axis: 0),
      SliceScatter(Slice(starts: [], counts: [], steps: []), shape: []), Reduction(.sum, axes: []),
      Softmax(axis: 0), LogSoftmax(axis: 0), MatrixProduct(), Convolution(geometry: window.geometry),
      TransposedConvolution(geometry: window.geometry, extents: [1]), MaximumPooling(window),
      MaximumPoolingGradient(window), MaximumPoolingSelection(window),
      AveragePooling(window, includesPadding: false),
      AveragePoolingGradient(window, includesPadding: false, extents: [1]), Selection(), Gather(indices: []),
      ScatterAddition(indices: [], count: 0), AxisGather(axis: 0), AxisScatterAddition(axis: 0, extent: 1),
      TopKIndices(axis: 0, count: 1), MinMaxReduction(axes: [], isMaximum: true), CumulativeSum(axis: 0),
      GridSampling(GridSamplingTests.rules[0]), GridSamplingGradient(GridSamplingTests.rules[0], extents: []),
      FormatRounding(.half), PrincipalComponent(),
    ]

  @Test("Every operation has a definition in the reference evaluator", arguments: operations.indices)
  func references(_ index: Int) {
    #expect(Self.operations[index] is any ReferenceEvaluated)
  }

  @Test(
    "Every operation can leave as ONNX, but for principal components and the gradient of a sampling by a grid"
  )
  func exports() {
    let kept = Self.operations.filter { !GraphExporter.expresses($0) }.map(\.name)
    #expect(Set(kept) == ["GridSamplingGradient", "PrincipalComponent"])
  }

  @Test("Every operation of the package is under test")
  func complete() throws {
    let folder = "Sources/SaliencyCore/Operations"
    let root = #filePath.components(separatedBy: "/Tests/")[0]
    var declared: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)") {
      let source = try String(contentsOfFile: "\(root)/\(folder)/\(file)", encoding: .utf8)
      for match in source.matches(of: /public struct (\w+): (?:\w+)?Operation\b/) {
        declared.insert("\(match.1)")
      }
    }
    #expect(declared.count > 30)
    #expect(declared.subtracting(Self.operations.map(\.name)) == ["Input"])
  }
}
