import SaliencyCore

extension OperatorTable {
  /// Rounding has the derivative of what is not rounded (straight-through), and cutting to the range of the integers
  /// has 0 beyond it.
  static let quantization: [OperatorDefinition] = [
    .init(
      "QuantizeLinear", since: 10, operands: 2...3,
      trace: .quantization { $0.divided(by: $1)?.shifted(by: $2) }
    ) { node throws(ImportFailure) in
      let input = try node.value(0)
      var type: ONNXElementType = node.has(2) ? try node.input(2).type : .uint8
      if !node.has(2), let given = try node.integer("output_dtype"), given != 0 {
        type = try node.targetType("output_dtype")
      }
      let scaled = input / (try aligned(node, node.value(1), with: input.shape))
      if let format = type.format(saturates: try node.flag("saturate", default: true)) {
        return [.computed(scaled.applying(FormatRounding(format)), type)]
      }
      let shift = node.has(2) ? try aligned(node, node.value(2), with: input.shape) : nil
      return [.computed(try quantized(scaled, shift, type), type)]
    },
    .init(
      "DequantizeLinear", since: 10, operands: 2...3, integers: .carried,
      trace: .quantization { $0.shifted(by: -$2).scaled(by: $1) }
    ) { node throws(ImportFailure) in
      var input = try node.value(0)
      if node.has(2), try node.input(2).type.integerRange != nil {
        input = input - (try aligned(node, node.value(2), with: input.shape))
      }
      var type = try node.input(1).type
      if let given = try node.integer("output_dtype"), given != 0 {
        type = try node.targetType("output_dtype")
      }
      return [.computed(input * (try aligned(node, node.value(1), with: input.shape)), type)]
    },
    .init("DynamicQuantizeLinear", since: 11, operands: 1...1) { node throws(ImportFailure) in
      let input = try node.value(0)
      let zero = node.builder.constant(Tensor(0))
      let axes = Array(input.shape.indices)
      let upper = input.extreme(over: axes, isMaximum: true).reshaped(to: []).applying(Maximum(), zero)
      let lower = input.extreme(over: axes, isMaximum: false).reshaped(to: []).applying(Minimum(), zero)
      let scale = (upper - lower) / 255
      let shift = try quantized(-lower / scale, nil, .uint8)
      return [
        .computed(try quantized(input / scale, shift, .uint8), .uint8), .computed(scale, .float32),
        .computed(shift, .uint8),
      ]
    },
    .init(
      "ConvInteger", since: 10, operands: 2...4, integers: .carried,
      trace: .convolution(kernel: 1)
    ) { node throws(ImportFailure) in
      let input = node.has(2) ? try node.value(0) - (try node.value(2)) : try node.value(0)
      var kernel = try node.value(1)
      if node.has(3) { kernel = kernel - (try perRow(node.value(3), rank: kernel.shape.count)) }
      return [.computed(try convolution(node, input, kernel, bias: nil), .int32)]
    },
    .init(
      "MatMulInteger", since: 10, operands: 2...4, integers: .carried,
      fold: Fold { node, x throws(ImportFailure) in
        guard x[0].shape.count == 2, x[1].shape.count == 2,
          x.dropFirst(2).allSatisfy({ $0.values.count == 1 })
        else {
          return nil
        }
        let (rows, inner, columns) = (x[0].shape[0], x[0].shape[1], x[1].shape[1])
        guard x[1].shape[0] == inner else {
          throw ImportFailure(.shapeMismatch, "\(x[0].shape.text) and \(x[1].shape.text) do not fit together")
        }
        guard rows.multipliedReportingOverflow(by: columns).partialValue <= Numbers.integerLimit,
          inner <= 4_096
        else {
          return nil
        }
        let (left, right) = (x.count > 2 ? x[2].values[0] : 0, x.count > 3 ? x[3].values[0] : 0)
        var values: [Double] = []
        for row in 0..<rows {
          for column in 0..<columns {
            values.append(
              (0..<inner).reduce(0) {
                $0 + (x[0].values[row * inner + $1] - left) * (x[1].values[$1 * columns + column] - right)
              })
          }
        }
        return [Numbers(shape: [rows, columns], values: values, type: .int32)]
      },
      import: { node throws(ImportFailure) in
        var (left, right) = (try node.value(0), try node.value(1))
        if node.has(2) { left = left - (try perRow(node.value(2), rank: 2)) }
        if node.has(3) { right = right - (try node.value(3)) }
        return [.computed(try matrixProduct(left, right), .int32)]
      }),
    .init("QLinearMatMul", since: 10, operands: 8...8, integers: .carried) { node throws(ImportFailure) in
      var (left, right) = (try node.value(0) - (try node.value(2)), try node.value(3) - (try node.value(5)))
      left = left * (try node.value(1))
      right = right * (try node.value(4))
      let type = try node.input(7).type
      let product = try matrixProduct(left, right) / (try node.value(6))
      return [.computed(try quantized(product, node.value(7), type), type)]
    },
    .init(
      "QLinearConv", since: 10, operands: 8...9, integers: .carried,
      trace: .convolution(kernel: 3)
    ) { node throws(ImportFailure) in
      let input = try node.value(0) - (try node.value(2))
      let rank = input.shape.count
      let kernel = try node.value(3) - (try perRow(node.value(5), rank: rank))
      let (inputScale, kernelScale) = (try node.value(1), try node.value(4))
      let bias = node.has(8) ? try node.value(8) : nil
      // Sums of products of integers, which the scales make real numbers.
      let scale = inputScale.reshaped(to: []) * (try perChannel(kernelScale, rank: rank))
      let result = try convolution(node, input, kernel, bias: bias) * scale / (try node.value(6))
      let type = try node.input(7).type
      return [.computed(try quantized(result, node.value(7), type), type)]
    },
  ]

  /// Rounded, shifted and cut to the range of an integer type.
  private static func quantized(
    _ scaled: Value, _ shift: Value?, _ type: ONNXElementType
  ) throws(ImportFailure) -> Value {
    guard let range = type.integerRange, type.integerBitCount ?? 64 <= 32 else {
      throw .unsupported("quantization to \(type) is not supported")
    }
    let rounded = scaled.applying(Rounding(.nearestEven, isStraightThrough: true))
    return (shift.map { rounded + $0 } ?? rounded)
      .applying(Clamp(lower: Float(range.lowerBound), upper: Float(range.upperBound)))
  }

  /// Scales or zero points along the axis, or by blocks along it, as a tensor that broadcasts with the input.
  private static func aligned(
    _ node: NodeImport, _ value: Value, with shape: Shape
  ) throws(ImportFailure) -> Value {
    if value.shape.elementCount == 1, value.shape.count <= 1 { return value.reshaped(to: []) }
    let axis = try node.axis(default: 1, of: shape)
    let block = try node.integer("block_size", default: 0)
    if block > 0 {
      guard value.shape.count == shape.count, (shape[axis] + block - 1) / block == value.shape[axis] else {
        throw ImportFailure(
          .shapeMismatch, "blocks of \(block) of \(shape.text) do not fit \(value.shape.text)")
      }
      return value.gathered((0..<shape[axis]).map { Int32($0 / block) }, along: axis)
    }
    guard value.shape == [shape[axis]] else {
      throw ImportFailure(.shapeMismatch, "\(value.shape.text) does not fit axis \(axis) of \(shape.text)")
    }
    return value.reshaped(to: [shape[axis]] + shape[(axis + 1)...].map { _ in 1 })
  }

  /// One number for each row of a matrix or output of a kernel, or one for all.
  private static func perRow(_ value: Value, rank: Int) throws(ImportFailure) -> Value {
    guard value.shape.count <= 1 else {
      throw .unsupported("zero points of \(value.shape.text) are not supported")
    }
    return value.shape.elementCount == 1
      ? value.reshaped(to: [])
      : value.reshaped(to: value.shape + [Int](repeating: 1, count: rank - 1))
  }

  private static func perChannel(_ value: Value, rank: Int) throws(ImportFailure) -> Value {
    guard value.shape.count <= 1 else {
      throw .unsupported("scales of \(value.shape.text) are not supported")
    }
    return value.shape.elementCount == 1
      ? value.reshaped(to: [])
      : value.reshaped(to: value.shape + [Int](repeating: 1, count: rank - 2))
  }
}
