import SaliencyCore

extension OperatorTable {
  static let sampling: [OperatorDefinition] = [
    .init("GridSample", since: 16, operands: 2...2) { node throws(ImportFailure) in
      let filter: GridSamplingRule.Filter
      switch try node.text("mode") ?? "linear" {
      case "linear", "bilinear": filter = .linear
      case "nearest": filter = .nearest
      case "cubic", "bicubic": filter = .cubic
      case let name: throw .invalid("mode '\(name)' does not exist")
      }
      let border: GridSamplingRule.Border
      switch try node.text("padding_mode") ?? "zeros" {
      case "zeros": border = .zeros
      case "border": border = .edge
      case "reflection": border = .reflection
      case let name: throw .invalid("padding_mode '\(name)' does not exist")
      }
      let rule = GridSamplingRule(
        filter: filter, border: border, alignsCorners: try node.flag("align_corners"))
      return [.computed(try node.value(0).applying(GridSampling(rule), try node.value(1)))]
    },
    .init("AffineGrid", since: 20, operands: 2...2) { node throws(ImportFailure) in
      let matrices = try node.value(0)
      let size = try node.integers(1, "the size")
      let rank = size.count - 2
      guard (2...3).contains(rank), size.allSatisfy({ 1...(1 << 24) ~= $0 }),
        matrices.shape == [size[0], rank, rank + 1], size[2...].checkedCount <= 1 << 26
      else {
        throw ImportFailure(
          .shapeMismatch, "matrices of \(matrices.shape.text) do not make a grid of \(size)")
      }
      let isAligned = try node.flag("align_corners")
      // The coordinates of each point, the last axis first, and a 1 for what is added.
      var points: [Float] = []
      for index in 0..<size[2...].reduce(1, *) {
        var remaining = index
        for axis in (2..<size.count).reversed() {
          let position = Float(remaining % size[axis])
          remaining /= size[axis]
          let extent = Float(size[axis])
          points.append(
            isAligned ? extent > 1 ? 2 * position / (extent - 1) - 1 : 0 : (2 * position + 1) / extent - 1)
        }
        points.append(1)
      }
      let count = points.count / (rank + 1)
      let base = node.builder.constant(Tensor(shape: [1, count, rank + 1], values: points))
      let grid = base.broadcast(to: [size[0], count, rank + 1])
        .applying(MatrixProduct(transposesRight: true), matrices)
      return [.computed(grid.reshaped(to: [size[0]] + size[2...] + [rank]))]
    },
    .init("Col2Im", since: 18, operands: 3...3) { node throws(ImportFailure) in
      let input = try node.value(0)
      let (image, block) = (
        try node.integers(1, "the image's shape"), try node.integers(2, "the block's shape")
      )
      let rank = image.count
      let ones = [Int](repeating: 1, count: rank)
      let strides = try node.integers("strides") ?? ones
      let dilations = try node.integers("dilations") ?? ones
      let pads = try node.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
      guard rank >= 1, block.count == rank, strides.count == rank, dilations.count == rank,
        pads.count == 2 * rank,
        (image + block + strides + dilations).allSatisfy({ 1...(1 << 20) ~= $0 }),
        pads.allSatisfy({ 0...(1 << 20) ~= $0 }), let taps = block.checkedElementCount,
        input.shape.count == 3,
        input.shape[1] % taps == 0, let size = image.checkedElementCount, size <= 1 << 26
      else {
        throw .invalid(
          "columns of \(input.shape.text) and blocks of \(block) do not make an image of \(image)")
      }
      let steps = (0..<rank).map { axis -> Int in
        let span = dilations[axis] * (block[axis] - 1) + 1
        let room = image[axis] + pads[axis] + pads[rank + axis] - span
        return room < 0 ? 0 : room / strides[axis] + 1
      }
      guard steps.allSatisfy({ $0 >= 1 }), steps.checkedElementCount == input.shape[2] else {
        throw ImportFailure(.shapeMismatch, "\(input.shape[2]) columns do not cover an image of \(image)")
      }
      var places: [Int32] = []
      for tap in 0..<taps {
        for column in 0..<input.shape[2] {
          var (tap, column, place, stride) = (tap, column, 0, 1)
          for axis in (0..<rank).reversed() {
            let start = column % steps[axis] * strides[axis] - pads[axis]
            let position = start + tap % block[axis] * dilations[axis]
            (column, tap) = (column / steps[axis], tap / block[axis])
            place = place < 0 || !(0..<image[axis] ~= position) ? -1 : place + position * stride
            stride *= image[axis]
          }
          places.append(Int32(place))
        }
      }
      let (batch, channels) = (input.shape[0], input.shape[1] / taps)
      return [
        .computed(
          input.reshaped(to: [batch * channels, places.count, 1])
            .applying(ScatterAddition(indices: places, count: size)).reshaped(to: [batch, channels] + image))
      ]
    },
  ]
}

extension ArraySlice<Int> {
  /// The product of extents; `Int.max` where it does not fit.
  fileprivate var checkedCount: Int { Array(self).checkedElementCount ?? .max }
}
