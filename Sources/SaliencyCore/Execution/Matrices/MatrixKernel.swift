internal import CVectorKernels

/// A batch of products of row-major matrices by a kernel of our own.
///
/// The bytes of an element depend on its row, its column and the instruction set alone: neither on the number of threads, nor on
/// the other rows, so that an item of a batch has the bytes that it has by itself.
struct MatrixKernel: Sendable {
  /// A batch of matrices, seen transposed where the product asks for it.
  struct Operand: Sendable {
    let rows: Int
    let columns: Int
    let rowStride: Int
    let columnStride: Int
    /// From one matrix to the next along each axis of the batch; 0 where the operand is the same for all.
    let batchStrides: [Int]

    /// - Parameters:
    ///   - shape: the extents as they lie in memory, with as many axes as the result.
    ///   - isTransposed: whether the last two axes are exchanged.
    init(_ shape: Shape, isTransposed: Bool) {
      let strides = shape.repeatedStrides
      let last = shape.count - 1
      let (row, column) = isTransposed ? (last, last - 1) : (last - 1, last)
      (rows, columns) = (shape[row], shape[column])
      (rowStride, columnStride) = (strides[row], strides[column])
      batchStrides = Array(strides.dropLast(2))
    }
  }

  private let left: Operand
  private let right: Operand
  private let batch: [Int]
  /// The extents of the right operand's batch, of which axes of 1 are repeated.
  private let rightBatch: [Int]
  private let follower: VectorKernel?
  private let level: VectorLevel
  private let panelWidth: Int

  private var panelCount: Int { (right.columns + panelWidth - 1) / panelWidth }
  private var packedCount: Int { panelCount * panelWidth * right.rows }
  private var rightCount: Int { rightBatch.reduce(1, *) }

  /// - Parameters:
  ///   - left: the extents of the left operand, with as many axes as the result.
  ///   - right: likewise.
  ///   - batch: the axes of the result before the last two.
  ///   - follower: what is done to each element of the result.
  init(
    left: (shape: Shape, isTransposed: Bool), right: (shape: Shape, isTransposed: Bool), batch: [Int],
    follower: VectorStep?, level: VectorLevel = VectorKernel.level
  ) {
    self.left = Operand(left.shape, isTransposed: left.isTransposed)
    self.right = Operand(right.shape, isTransposed: right.isTransposed)
    self.batch = batch
    rightBatch = Array(right.shape.dropLast(2))
    self.follower = follower.map {
      VectorKernel(
        ElementwiseProgram(VectorForm(steps: [$0], order: [0])), walks: [nil], level: level)
    }
    self.level = level
    panelWidth = matrix_panel_width(level)
  }

  /// The extents of the packed right operand.
  var packedShape: Shape { [rightCount * packedCount] }

  /// Packs the right operand, the only input.
  func pack(_ arguments: KernelArguments) {
    let (source, target) = (arguments.inputs[0], arguments.output)
    let elements = max(1, panelWidth * right.rows)
    arguments.team.forEachChunk(of: rightCount * panelCount, grain: max(1, 16_384 / elements)) { range in
      forEachMatrix(of: range, panelCount) { matrix, panels in
        var operand = MatrixOperand(
          address: source + offset(of: matrix, in: rightBatch, right.batchStrides), rows: right.rows,
          columns: right.columns, row_stride: right.rowStride, column_stride: right.columnStride)
        matrix_pack(level, &operand, target + matrix * packedCount, panels.lowerBound, panels.upperBound)
      }
    }
  }

  /// Multiplies: the inputs are the left operand, the packed right one, and a bias if there is one.
  func run(_ arguments: KernelArguments) {
    let panels = panelCount
    // Threads take columns or rows, whichever there are more of.
    let rowTiles = (left.rows + Self.rowGrain - 1) / Self.rowGrain
    let splitsColumns = panels >= rowTiles
    let parts = splitsColumns ? panels : rowTiles
    let work = left.rows * left.columns * right.columns / parts
    let count = batch.reduce(1, *) * parts
    arguments.team.forEachChunk(of: count, grain: max(1, Self.grain / max(work, 1))) { range in
      forEachMatrix(of: range, parts) { matrix, part in
        let packed = offset(of: matrix, in: batch, packedStrides)
        var product = PackedProduct(
          left: arguments.inputs[0] + offset(of: matrix, in: batch, left.batchStrides),
          left_row_stride: left.rowStride, left_inner_stride: left.columnStride,
          right: arguments.inputs[1] + packed * packedCount,
          bias: arguments.inputs.count > 2 ? arguments.inputs[2] : nil,
          result: arguments.output + matrix * left.rows * right.columns, result_stride: right.columns,
          inner: left.columns, columns: right.columns)
        if splitsColumns {
          matrix_multiply(level, &product, 0, left.rows, part.lowerBound, part.upperBound)
        } else {
          matrix_multiply(
            level, &product, part.lowerBound * Self.rowGrain,
            min(part.upperBound * Self.rowGrain, left.rows), 0, panels)
        }
      }
    }
    follower?.run(
      KernelArguments(
        inputs: [UnsafePointer(arguments.output)], output: arguments.output, team: arguments.team),
      count: batch.reduce(1, *) * left.rows * right.columns)
  }

  /// Rows that are computed together at the least: a multiple of the tiles of all instruction sets.
  private static let rowGrain = 84
  /// Multiplications that are worth a thread.
  private static let grain = 65_536

  /// From one packed matrix to the next along each axis of the batch, counted in matrices.
  private var packedStrides: [Int] { rightBatch.repeatedStrides }

  /// Where the matrix of a position begins.
  private func offset(of position: Int, in extents: [Int], _ strides: [Int]) -> Int {
    var (rest, offset) = (position, 0)
    for axis in extents.indices.reversed() {
      offset += rest % extents[axis] * strides[axis]
      rest /= extents[axis]
    }
    return offset
  }

  /// Splits a range over all matrices, of which each has `parts`, into ranges within one matrix.
  private func forEachMatrix(of range: Range<Int>, _ parts: Int, _ body: (Int, Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let (matrix, part) = start.quotientAndRemainder(dividingBy: parts)
      let count = min(parts - part, range.upperBound - start)
      body(matrix, part..<part + count)
      start += count
    }
  }
}
