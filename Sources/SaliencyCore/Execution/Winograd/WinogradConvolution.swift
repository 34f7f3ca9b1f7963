internal import CVectorKernels

/// A convolution of 3×3 kernels with stride 1 by Winograd's algorithm, or its adjoint, by a kernel of our own.
///
/// The bytes of an element depend on its tile, its channel and the instruction set alone: neither on the number of threads, nor on the
/// other items of a batch.
struct WinogradConvolution: Sendable {
  private let shape: WinogradShape
  private let batch: Int
  /// Whether each kernel is read from its end, and its inputs are outputs, as the way back has it.
  private let isAdjoint: Bool
  private let rectifies: Bool
  private let level: VectorLevel
  private let lanes: Int
  private let rows: Int

  /// The convolution of `source`, [batch, inputs, height, width], that gives `result`; nil where the algorithm does not fit or does not pay.
  ///
  /// - Parameters:
  ///   - kernel: its extents, [outputs, inputs, 3, 3]; for the adjoint, `source` has the outputs and `result` the inputs.
  ///   - isChannelsLast: whether all channels of a place are neighbors on both sides; else so many as there are lanes.
  ///   - rectifies: whether what is negative becomes 0.
  ///   - tile: the tile instead of the fastest.
  init?(
    _ geometry: WindowGeometry, groups: Int, kernel: Shape, source: Shape, result: Shape, isAdjoint: Bool,
    isChannelsLast: Bool = false, rectifies: Bool = false, tile: WinogradTile? = nil,
    level: VectorLevel = VectorKernel.level
  ) {
    guard groups == 1, kernel.count == 4, kernel[2...] == [3, 3], geometry.strides == [1, 1],
      geometry.dilations == [1, 1], geometry.paddingBefore.allSatisfy({ $0 <= 2 })
    else { return nil }
    let (inputs, outputs) = (source[1], result[1])
    let lanes = winograd_lanes(level)
    guard inputs % lanes == 0, outputs % (2 * lanes) == 0,
      let tile = tile ?? .fastest(inputs: inputs, outputs: outputs, extents: Array(result[2...]))
    else { return nil }
    let before = geometry.paddingBefore.map { isAdjoint ? 2 - $0 : $0 }
    func strides(of shape: Shape) -> WinogradStrides {
      let places = shape[2] * shape[3]
      return WinogradStrides(
        image: shape[1] * places, block: isChannelsLast ? lanes : lanes * places,
        pixel: isChannelsLast ? shape[1] : lanes)
    }
    shape = WinogradShape(
      tile: tile.rawValue, inputs: inputs, outputs: outputs, height: source[2], width: source[3],
      top: before[0], left: before[1], output_height: result[2], output_width: result[3],
      source: strides(of: source), result: strides(of: result))
    batch = source[0]
    (self.isAdjoint, self.rectifies, self.level, self.lanes) = (isAdjoint, rectifies, level, lanes)
    rows = winograd_rows(level)
  }

  /// How many channels are neighbors in the source and in the result, where not all are.
  var blockedChannels: Int { lanes }

  private var panelCount: Int { shape.outputs / (2 * lanes) }

  private var tileCount: Int {
    batch * ((shape.output_height + shape.tile - 1) / shape.tile)
      * ((shape.output_width + shape.tile - 1) / shape.tile)
  }

  /// The extents of the transformed kernels.
  var packedShape: Shape { withUnsafePointer(to: shape) { [winograd_kernel_count(level, $0)] } }

  /// The extents of what so many threads need between the steps.
  func scratchShape(threads: Int) -> Shape {
    let parts = partition(threads: threads)
    return withUnsafePointer(to: shape) { [parts.count * winograd_scratch_count(level, $0, parts.tiles)] }
  }

  /// Transforms the kernels, [outputs, inputs, 3, 3], the only input.
  func pack(_ arguments: KernelArguments) {
    let (forward, backward) = (9 * shape.inputs, 9 * shape.outputs)
    var weights = WinogradWeights(
      address: arguments.inputs[0], output_stride: isAdjoint ? 9 : forward,
      input_stride: isAdjoint ? backward : 9, is_turned: isAdjoint ? 1 : 0)
    var shape = shape
    arguments.team.forEachChunk(of: panelCount, grain: 1) {
      winograd_pack(level, &shape, &weights, arguments.output, $0.lowerBound, $0.upperBound)
    }
  }

  /// Convolves: the inputs are the source, the transformed kernels, and a bias if there is one.
  func run(_ arguments: KernelArguments) {
    let parts = partition(threads: arguments.team.threadCount)
    let run = Run(
      convolution: self, source: arguments.inputs[0], packed: arguments.inputs[1],
      bias: arguments.inputs.count > 2 ? arguments.inputs[2] : nil, output: arguments.output,
      scratch: arguments.scratch!)
    guard parts.count > 1 else {
      // All threads work on the same tiles: first each on some channels of the source, then on some of the result.
      for first in stride(from: 0, to: tileCount, by: parts.tiles) {
        let tiles = min(parts.tiles, tileCount - first)
        arguments.team.forEachChunk(of: shape.inputs / lanes, grain: 1) {
          run.transform(first, tiles, blocks: $0, part: 0)
        }
        arguments.team.forEachChunk(of: panelCount, grain: 1) {
          run.multiply(first, tiles, panels: $0, part: 0)
        }
      }
      return
    }
    let scratchCount = withUnsafePointer(to: shape) { winograd_scratch_count(level, $0, parts.tiles) }
    let groups = (tileCount + rows - 1) / rows
    arguments.team.forEachChunk(of: parts.count, grain: 1) { range in
      for part in range {
        let end = min(groups * (part + 1) / parts.count * rows, tileCount)
        for first in stride(from: groups * part / parts.count * rows, to: end, by: parts.tiles) {
          let tiles = min(parts.tiles, end - first)
          run.transform(first, tiles, blocks: 0..<shape.inputs / lanes, part: part * scratchCount)
          run.multiply(first, tiles, panels: 0..<panelCount, part: part * scratchCount)
        }
      }
    }
  }

  /// Tiles that are worked on together: so many that kernels are read often enough, and so few that they stay in the cache.
  private static let tilesTogether = 72
  /// Tiles that are worth a thread of their own, which reads all kernels.
  private static let tilesApart = 36

  /// In how many parts threads work apart, and how many tiles of a part are worked on at a time.
  private func partition(threads: Int) -> (count: Int, tiles: Int) {
    let together = Self.tilesTogether / rows * rows
    let count = tileCount >= Self.tilesApart * threads ? threads : 1
    let share = (tileCount + count - 1) / count
    return (count, min(together, (share + rows - 1) / rows * rows))
  }

  /// The addresses of one run.
  private struct Run {
    let convolution: WinogradConvolution
    let source: UnsafePointer<Float>
    let packed: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let output: UnsafeMutablePointer<Float>
    let scratch: UnsafeMutablePointer<Float>

    func transform(_ first: Int, _ tiles: Int, blocks: Range<Int>, part: Int) {
      withUnsafePointer(to: convolution.shape) {
        winograd_transform_source(
          convolution.level, $0, source, scratch + part, first, tiles, blocks.lowerBound, blocks.upperBound)
      }
    }

    func multiply(_ first: Int, _ tiles: Int, panels: Range<Int>, part: Int) {
      var result = WinogradResult(address: output, bias: bias, rectifies: convolution.rectifies ? 1 : 0)
      withUnsafePointer(to: convolution.shape) { shape in
        winograd_multiply(
          convolution.level, shape, packed, scratch + part, tiles, panels.lowerBound, panels.upperBound)
        winograd_transform_result(
          convolution.level, shape, scratch + part, &result, first, tiles, panels.lowerBound,
          panels.upperBound)
      }
    }
  }
}
