import CVectorKernels
import SaliencyTestSupport
import Testing

@testable import SaliencyCore

@Suite("Convolutions by Winograd's algorithm")
struct WinogradConvolutionTests {
  /// A convolution of a batch, its channels in numbers of lanes.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var batch = 1
    var inputLanes = 1
    var outputLanes = 2
    var extents: [Int]
    var before = [1, 1]
    var after = [1, 1]
    var hasBias = false
    var rectifies = false
    var isAdjoint = false
  }

  static let cases = [
    Case(testDescription: "whole tiles", extents: [8, 12]),
    Case(testDescription: "parts of tiles at both edges", extents: [7, 9], hasBias: true, rectifies: true),
    Case(testDescription: "one element", extents: [1, 1]),
    Case(testDescription: "no padding", extents: [9, 6], before: [0, 0], after: [0, 0]),
    Case(testDescription: "padding on one side", extents: [5, 8], before: [2, 0], after: [0, 1]),
    Case(
      testDescription: "more padding than a tile behind", extents: [3, 3], before: [1, 2], after: [6, 5]),
    Case(
      testDescription: "a batch whose tiles share groups", batch: 5, outputLanes: 4, extents: [6, 5],
      hasBias: true),
    Case(testDescription: "deep sums", inputLanes: 40, extents: [5, 5], rectifies: true),
    Case(
      testDescription: "more tiles than are worked on together", batch: 2, extents: [33, 41], hasBias: true),
    Case(testDescription: "the way back", outputLanes: 4, extents: [8, 11], isAdjoint: true),
    Case(
      testDescription: "the way back without padding", inputLanes: 3, extents: [7, 6], before: [0, 0],
      after: [0, 0], isAdjoint: true),
    Case(
      testDescription: "the way back of padding on one side", batch: 3, extents: [9, 5], before: [2, 0],
      after: [1, 2],
      isAdjoint: true),
  ]

  /// Numbers of one case, channels first.
  private struct Numbers {
    let source: Tensor
    let kernel: Tensor
    let bias: Tensor?
    let result: Shape
    let geometry: WindowGeometry

    init(_ test: Case, lanes: Int, _ generator: inout SplitMix64) {
      let (inputs, outputs) = (test.inputLanes * lanes, test.outputLanes * lanes)
      geometry = WindowGeometry(
        strides: [1, 1], dilations: [1, 1], paddingBefore: test.before, paddingAfter: test.after)
      let smaller = (0..<2).map { test.extents[$0] + test.before[$0] + test.after[$0] - 2 }
      // The way back gives what the convolution was of.
      let (from, to) = test.isAdjoint ? (smaller, test.extents) : (test.extents, smaller)
      source = .random([test.batch, inputs] + from, using: &generator)
      kernel = .random(
        (test.isAdjoint ? [inputs, outputs] : [outputs, inputs]) + [3, 3], using: &generator)
      bias = test.hasBias ? .random([outputs], using: &generator) : nil
      result = [test.batch, outputs] + to
    }

    /// What the definition gives, in double precision.
    func expected(_ test: Case) -> [Double] {
      let (x, w, b) = (source.values, kernel.values, bias?.values)
      let (inputs, outputs) = (source.shape[1], result[1])
      let (height, width) = (source.shape[2], source.shape[3])
      var values = [Double](repeating: 0, count: result.elementCount)
      var index = 0
      for item in 0..<test.batch {
        for output in 0..<outputs {
          for y in 0..<result[2] {
            for x0 in 0..<result[3] {
              var sum = Double(b?[output] ?? 0)
              for row in 0..<3 {
                for column in 0..<3 {
                  let sourceY = test.isAdjoint ? y + test.before[0] - row : y - test.before[0] + row
                  let sourceX = test.isAdjoint ? x0 + test.before[1] - column : x0 - test.before[1] + column
                  guard (0..<height).contains(sourceY), (0..<width).contains(sourceX) else { continue }
                  for input in 0..<inputs {
                    let weight = test.isAdjoint ? input * outputs + output : output * inputs + input
                    sum +=
                      Double(w[weight * 9 + row * 3 + column])
                      * Double(x[((item * inputs + input) * height + sourceY) * width + sourceX])
                  }
                }
              }
              values[index] = test.rectifies ? max(sum, 0) : sum
              index += 1
            }
          }
        }
      }
      return values
    }
  }

  /// The results of the kernel, channels first.
  private static func run(
    _ test: Case, _ numbers: Numbers, source: Tensor, tile: WinogradTile, level: VectorLevel,
    threads: Int = 1,
    isChannelsLast: Bool = false
  ) throws -> [Float] {
    let result = [source.shape[0]] + numbers.result.dropFirst()
    let convolution = try #require(
      WinogradConvolution(
        numbers.geometry, groups: 1, kernel: numbers.kernel.shape, source: source.shape, result: result,
        isAdjoint: test.isAdjoint, isChannelsLast: isChannelsLast, rectifies: test.rectifies, tile: tile,
        level: level))
    let team = ThreadTeam(threadCount: threads)
    let (sourceLanes, resultLanes) =
      isChannelsLast
      ? (source.shape[1], result[1]) : (convolution.blockedChannels, convolution.blockedChannels)
    var packed = [Float](repeating: .nan, count: convolution.packedShape[0])
    var scratch = [Float](repeating: .nan, count: convolution.scratchShape(threads: team.threadCount)[0])
    var output = [Float](repeating: .nan, count: result.elementCount)
    let (blocked, kernel, bias) = (
      source.blocked(sourceLanes), numbers.kernel.values, numbers.bias?.values ?? []
    )
    blocked.withUnsafeBufferPointer { source in
      kernel.withUnsafeBufferPointer { kernel in
        bias.withUnsafeBufferPointer { bias in
          packed.withUnsafeMutableBufferPointer { packed in
            scratch.withUnsafeMutableBufferPointer { scratch in
              output.withUnsafeMutableBufferPointer { output in
                convolution.pack(
                  KernelArguments(inputs: [kernel.baseAddress!], output: packed.baseAddress!, team: team))
                convolution.run(
                  KernelArguments(
                    inputs: [source.baseAddress!, UnsafePointer(packed.baseAddress!)]
                      + (bias.isEmpty ? [] : [bias.baseAddress!]),
                    output: output.baseAddress!, scratch: scratch.baseAddress!, team: team))
              }
            }
          }
        }
      }
    }
    #expect(packed.allSatisfy { !$0.isNaN }, "packed kernels have no gaps that nobody wrote")
    return Tensor(shape: result, values: output).unblocked(resultLanes)
  }

  @Test("agree with the definition in double precision", arguments: cases, WinogradTile.allCases)
  func definition(_ test: Case, tile: WinogradTile) throws {
    for level in vectorLevels {
      var generator = SplitMix64(seed: 41)
      let numbers = Numbers(test, lanes: winograd_lanes(level), &generator)
      let result = try Self.run(test, numbers, source: numbers.source, tile: tile, level: level)
      #expect(
        relativeError(result.map(Double.init), numbers.expected(test)) < (tile == .four ? 2e-6 : 6e-7),
        "level \(level.rawValue)")
    }
  }

  @Test(
    "give the same bytes on any number of threads, in any order of channels, and to each item of a batch by itself",
    arguments: cases, WinogradTile.allCases)
  func bytes(_ test: Case, tile: WinogradTile) throws {
    for level in vectorLevels {
      var generator = SplitMix64(seed: 42)
      let numbers = Numbers(test, lanes: winograd_lanes(level), &generator)
      let one = try Self.run(test, numbers, source: numbers.source, tile: tile, level: level)
      let two = try Self.run(test, numbers, source: numbers.source, tile: tile, level: level, threads: 2)
      #expect(one == two, "level \(level.rawValue)")
      let channelsLast = try Self.run(
        test, numbers, source: numbers.source, tile: tile, level: level, isChannelsLast: true)
      #expect(one == channelsLast, "level \(level.rawValue)")
      let count = numbers.source.shape.elementCount / test.batch
      let last = Tensor(
        shape: [1] + numbers.source.shape.dropFirst(), values: Array(numbers.source.values.suffix(count)))
      let alone = try Self.run(test, numbers, source: last, tile: tile, level: level)
      #expect(alone == Array(one.suffix(alone.count)), "level \(level.rawValue)")
    }
  }

  @Test(
    "are left to others where they do not fit",
    arguments: [
      (
        WindowGeometry(strides: [2, 2], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1]), 1,
        [64, 64, 3, 3]
      ),
      (
        WindowGeometry(strides: [1, 1], dilations: [2, 2], paddingBefore: [2, 2], paddingAfter: [2, 2]), 1,
        [64, 64, 3, 3]
      ),
      (
        WindowGeometry(strides: [1, 1], dilations: [1, 1], paddingBefore: [3, 3], paddingAfter: [3, 3]), 1,
        [64, 64, 3, 3]
      ),
      (
        WindowGeometry(strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1]), 2,
        [64, 32, 3, 3]
      ),
      (
        WindowGeometry(strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1]), 1,
        [64, 60, 3, 3]
      ),
      (
        WindowGeometry(strides: [1, 1], dilations: [1, 1], paddingBefore: [2, 2], paddingAfter: [2, 2]), 1,
        [64, 64, 5, 5]
      ),
    ])
  func unfit(_ geometry: WindowGeometry, groups: Int, kernel: Shape) {
    let extents = geometry.outputExtents(input: [32, 32], kernel: Array(kernel[2...]))!
    #expect(
      WinogradConvolution(
        geometry, groups: groups, kernel: kernel, source: [1, kernel[1] * groups, 32, 32],
        result: [1, kernel[0]] + extents, isAdjoint: false) == nil)
  }

  @Test(
    "choose tiles by what they cost",
    arguments: [
      (512, 512, [28, 28], WinogradTile.four), (256, 256, [14, 14], .four), (512, 512, [7, 7], .two),
      (64, 64, [224, 224], .four), (128, 32, [28, 28], .four), (16, 16, [1, 1], nil),
      (512, 512, [1, 2], nil),
    ])
  func choice(inputs: Int, outputs: Int, extents: [Int], tile: WinogradTile?) {
    #expect(WinogradTile.fastest(inputs: inputs, outputs: outputs, extents: extents) == tile)
  }
}

extension Tensor {
  /// The values in blocks of so many channels.
  fileprivate func blocked(_ lanes: Int) -> [Float] { moved(lanes) { ($0, $1) } }

  /// The values of channels first where they lie in blocks.
  fileprivate func unblocked(_ lanes: Int) -> [Float] { moved(lanes) { ($1, $0) } }

  private func moved(_ lanes: Int, _ order: (Int, Int) -> (from: Int, to: Int)) -> [Float] {
    let places = shape[2] * shape[3]
    let values = values
    var result = values
    for index in values.indices {
      let (channel, place) = (index / places, index % places)
      let (from, to) = order(index, (channel / lanes * places + place) * lanes + channel % lanes)
      result[to] = values[from]
    }
    return result
  }
}
