import SaliencyCore

/// Rows like YOLOv5's whose boxes are what the convolutions give: the offset of the middle from a cell's corner, and the logarithms of width and
/// height, all in sizes of the cell.
struct YOLOXForm: DetectorForm {
  let name = "yolox"
  let summary =
    "one output of 5 + K numbers for each cell of three grids, as the convolutions give them: YOLOX"

  func reading(of outputs: DetectorOutputs, isSaid: Bool) -> DetectorReading? {
    guard let rows = outputs.rows(hasObjectness: true, isSaid: isSaid), rows.hasRawBoxes || isSaid,
      let cells = Cells(size: outputs.size, count: rows.value.shape[2])
    else { return nil }
    let boxes = rows.boxes.probability
    let builder = outputs.builder
    let strides = builder.constant(Tensor(shape: [1, 1, cells.count], values: cells.strides))
    let corners = builder.constant(Tensor(shape: [1, 2, cells.count], values: cells.columns + cells.rows))
    let middle = (boxes.sliced(axis: 1, 0..<2) + corners) * strides
    let extents = boxes.sliced(axis: 1, 2..<4).exponential() * strides
    var head = DetectorHead(
      corners: middle.joined([extents], axis: 1).cornersOfCenters(), rows.classScores, sources: [rows.value])
    head.require(objectness: rows.objectness!)
    return DetectorReading(head, rows.origin == .assumed && rows.hasRawBoxes ? .assumed : rows.origin)
  }

  /// The cells of grids over an image, the finest first, row by row.
  private struct Cells {
    var strides: [Float] = []
    var columns: [Float] = []
    var rows: [Float] = []
    var count: Int { strides.count }

    /// Nil where there is another number of them.
    init?(size: [Int], count: Int) {
      for stride in [8, 16, 32, 64] where self.count < count {
        let (height, width) = (size[0] / stride, size[1] / stride)
        guard height >= 1, width >= 1, self.count + height * width <= count else { return nil }
        for row in 0..<height {
          for column in 0..<width {
            strides.append(Float(stride))
            columns.append(Float(column))
            rows.append(Float(row))
          }
        }
      }
      guard self.count == count else { return nil }
    }
  }
}
