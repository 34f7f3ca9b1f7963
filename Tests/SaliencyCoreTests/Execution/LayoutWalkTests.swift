import CVectorKernels
import OneDNN
import SaliencyTestSupport
import Testing

@testable import SaliencyCore

@Suite("Programs over the layouts of oneDNN")
struct LayoutWalkTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let shape: Shape
    /// The channels of a block; 0 for channels last, 1 for rows.
    let block: Int
    var testDescription: String { "\(shape.text) in blocks of \(block)" }

    func layout() throws -> Layout {
      switch block {
      case 0: try .channelsLast(shape)
      case 1: try .plain(shape)
      default: try .blocked(shape, channels: block)
      }
    }
  }

  static let cases = [
    Case(shape: [1, 16, 3, 5], block: 16), Case(shape: [2, 48, 7, 1], block: 16),
    Case(shape: [3, 32, 5], block: 8),
    Case(shape: [2, 8, 9, 13], block: 8), Case(shape: [1, 32, 2, 3, 5], block: 16),
    Case(shape: [2, 3, 31, 37], block: 0),
    Case(shape: [1, 7, 1, 1], block: 0), Case(shape: [5, 1, 3, 3], block: 1),
    Case(shape: [1, 2_500], block: 1),
    Case(shape: [3, 5, 7, 11], block: 1), Case(shape: [1, 96, 17, 19], block: 0),
  ]

  /// The shapes that are repeated along some axes of `shape`: all of them, up to 32.
  static func repeated(_ shape: Shape) -> [Shape] {
    (0..<(1 << shape.count)).map { mask in shape.indices.map { mask >> $0 & 1 == 1 ? shape[$0] : 1 } }
  }

  /// The elements of a row-major tensor in the order of a layout.
  private func laidOut(_ values: [Float], _ shape: Shape, _ walk: LayoutWalk) -> [Float] {
    let strides = shape.rowMajorStrides
    var offsets = [0]
    for loop in walk.loops {
      offsets = offsets.flatMap { start in
        (0..<loop.extent).map { start + $0 * loop.step * strides[loop.axis] }
      }
    }
    return offsets.map { values[$0] }
  }

  @Test("Operands repeated along any axes meet the elements that they belong to", arguments: cases)
  func broadcasts(_ sample: Case) throws {
    var generator = SplitMix64(seed: 3)
    let (shape, walk) = (sample.shape, try #require(LayoutWalk(sample.layout())))
    let full = Tensor.random(shape, using: &generator).values
    var program = ElementwiseProgram(operandCount: 2)
    let product = program.append(Multiplication().vectorForm!, [0, 1])
    program.append(Subtraction().vectorForm!, [product, 0])
    for other in Self.repeated(shape) {
      let small = Tensor.random(other, using: &generator).values
      let strides = other.repeatedStrides
      var expected: [Float] = []
      for index in full.indices {
        var (rest, offset) = (index, 0)
        for axis in shape.indices.reversed() {
          offset += rest % shape[axis] * strides[axis]
          rest /= shape[axis]
        }
        expected.append(full[index] * small[offset] - full[index])
      }
      let operand = laidOut(full, shape, walk)
      for level in vectorLevels {
        let kernel = VectorKernel(program, walks: [nil, walk.walk(strides: strides)], level: level)
        // In place as well: the result lies where the first operand does.
        var result = operand
        small.withUnsafeBufferPointer { small in
          result.withUnsafeMutableBufferPointer { result in
            kernel.run(
              KernelArguments(
                inputs: [UnsafePointer(result.baseAddress!), small.baseAddress!], output: result.baseAddress!,
                team: ThreadTeam(threadCount: 1)), count: full.count)
          }
        }
        let error = relativeError(result.map(Double.init), laidOut(expected, shape, walk).map(Double.init))
        #expect(error < 1e-6, "\(other.text), level \(level.rawValue)")
      }
    }
  }

  @Test("A walk goes through memory as oneDNN lays it out", arguments: cases)
  func order(_ sample: Case) async throws {
    let (shape, layout) = (sample.shape, try sample.layout())
    let numbers = (0..<shape.elementCount).map { Float($0) }
    let expected = laidOut(numbers, shape, try #require(LayoutWalk(layout)))
    let engine = try Engine()
    let primitive = try Primitive(
      .reorder(from: Layout.plain(shape).descriptor, to: layout.descriptor, engine: engine))
    var (source, result) = (numbers, [Float](repeating: -1, count: numbers.count))
    try source.withUnsafeMutableBytes { source in
      try result.withUnsafeMutableBytes { result in
        let invocation = Invocation(
          primitive,
          [
            (.source, try Memory(Layout.plain(shape).descriptor, at: source.baseAddress!, engine: engine)),
            (.destination, try Memory(layout.descriptor, at: result.baseAddress!, engine: engine)),
          ])
        let stream = try Stream(engine)
        try invocation.run(on: stream)
        try stream.wait()
      }
    }
    #expect(result == expected)
  }

  @Test("Layouts with gaps, and those left open, have no walk")
  func withoutWalk() throws {
    #expect(LayoutWalk(try .blocked([1, 24, 3, 3], channels: 16)) == nil)
    #expect(LayoutWalk(try .any([1, 24, 3, 3])) == nil)
    #expect(LayoutWalk(try .strided([2, 3], strides: [4, 1])) == nil)
  }
}
