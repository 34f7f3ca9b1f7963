import SaliencyCore

extension NodeImport {
  /// Work on the bits of integers, and logic.
  static let integerFolds: [String: Fold] = [
    "BitwiseAnd": bits(&), "BitwiseOr": bits(|), "BitwiseXor": bits(^),
    "BitwiseNot": { _, x throws(ImportFailure) in
      let type = x[0].type
      return [
        try x[0].mapped { value throws(ImportFailure) in type.truncated(~(try x[0].exactInteger(value))) }
      ]
    },
    "BitShift": { node, x throws(ImportFailure) in
      let type = x[0].type
      guard let direction = try node.text("direction"), ["LEFT", "RIGHT"].contains(direction) else {
        throw .invalid("attribute 'direction' has to be LEFT or RIGHT")
      }
      let width = Double(type.integerBitCount ?? 64)
      return [
        try .zipped(x[0], x[1]) { value, distance throws(ImportFailure) in
          let number = try x[0].exactInteger(value)
          // All bits are shifted out, and what is left is the sign on the right.
          guard distance >= 0, distance < width else { return direction == "RIGHT" && number < 0 ? -1 : 0 }
          return type.truncated(direction == "LEFT" ? number << Int64(distance) : number >> Int64(distance))
        }
      ]
    },
    "And": logic { $0 && $1 }, "Or": logic { $0 || $1 }, "Xor": logic { $0 != $1 },
    "Not": { _, x throws(ImportFailure) in [try x[0].mapped(to: .bool) { $0 == 0 ? 1 : 0 }] },
    "MatMulInteger": { node, x throws(ImportFailure) in
      guard x[0].shape.count == 2, x[1].shape.count == 2, x.dropFirst(2).allSatisfy({ $0.values.count == 1 })
      else {
        return nil
      }
      let (rows, inner, columns) = (x[0].shape[0], x[0].shape[1], x[1].shape[1])
      guard x[1].shape[0] == inner else {
        throw ImportFailure(.shapeMismatch, "\(x[0].shape.text) and \(x[1].shape.text) do not fit together")
      }
      guard rows.multipliedReportingOverflow(by: columns).partialValue <= Numbers.integerLimit, inner <= 4_096
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
  ]

  private static func bits(_ body: @escaping @Sendable (Int64, Int64) -> Int64) -> Fold {
    { _, x throws(ImportFailure) in
      let type = x[0].type
      return [
        try .zipped(x[0], x[1]) { a, b throws(ImportFailure) in
          type.truncated(body(try x[0].exactInteger(a), try x[1].exactInteger(b)))
        }
      ]
    }
  }

  private static func logic(_ body: @escaping @Sendable (Bool, Bool) -> Bool) -> Fold {
    { _, x throws(ImportFailure) in [try .zipped(x[0], x[1], to: .bool) { body($0 != 0, $1 != 0) ? 1 : 0 }] }
  }
}
