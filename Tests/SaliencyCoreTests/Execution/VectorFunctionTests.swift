import CVectorKernels
import LibC
import Testing

@testable import SaliencyCore

/// The widths of vectors that this processor has.
let vectorLevels = (0...vector_level().rawValue).map(VectorLevel.init(rawValue:))

@Suite("Functions in vectors")
struct VectorFunctionTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: VectorCode
    /// The largest error in units in the last place.
    let tolerance: Double
    let definition: @Sendable (Double) -> Double
  }

  static let functions = [
    Function(testDescription: "exp", code: VECTOR_EXPONENTIAL, tolerance: 1.1, definition: exp),
    Function(testDescription: "ln", code: VECTOR_LOGARITHM, tolerance: 1, definition: log),
    Function(testDescription: "sigmoid", code: VECTOR_LOGISTIC, tolerance: 2.8) {
      $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0))
    },
    Function(testDescription: "tanh", code: VECTOR_TANGENT, tolerance: 1.5, definition: tanh),
    Function(testDescription: "erf", code: VECTOR_ERROR, tolerance: 1.5, definition: erf),
  ]

  @Test(
    "Exponentials and their kin are right to the last bit or two, from the least number to infinity",
    arguments: functions, vectorLevels)
  func accuracy(_ function: Function, level: VectorLevel) {
    // All exponents and signs, with significands that are none of a few bits; then a fine grid where functions bend.
    let wide = stride(from: UInt32(0), to: UInt32.max - 80_021, by: 80_021).map(Float.init(bitPattern:))
    let fine = stride(from: Float(-12), to: 12, by: 0.000_731)
    let special: [Float] = [
      0, -0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
      .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.72283, 88.72284,
      -103.97, -103.98, -87.4,
    ]
    let inputs = wide + fine + special
    let results = VectorKernel.computing([VectorStep(function.code)], of: inputs, level: level)
    var worst = (error: 0.0, input: Float(0))
    for (x, result) in zip(inputs, results) {
      let expected = function.definition(Double(x))
      let rounded = Float(expected)
      guard rounded.isFinite && result.isFinite else {
        #expect(rounded == result || (rounded.isNaN && result.isNaN), "of \(x): \(result) for \(rounded)")
        continue
      }
      let error = abs(Double(result) - expected) / Double(max(rounded.magnitude, .leastNormalMagnitude).ulp)
      if error > worst.error { worst = (error, x) }
    }
    #expect(worst.error <= function.tolerance, "of \(worst.input)")
  }

  @Test(
    "Other instructions do what they say, infinities, signs and what is no number included",
    arguments: vectorLevels)
  func instructions(_ level: VectorLevel) {
    let x: [Float] = [-.infinity, -2, -0.5, -0.0, 0, 0.5, 1, 2, 3, .infinity, .nan]
    func check(_ code: VectorCode, _ alpha: Float = 0, _ beta: Float = 0, _ definition: (Float) -> Float) {
      let result = VectorKernel.computing([VectorStep(code, alpha: alpha, beta: beta)], of: x, level: level)
      for (x, result) in zip(x, result) {
        let expected = definition(x)
        #expect(
          result == expected || (result.isNaN && expected.isNaN), "instruction \(code.rawValue) of \(x)")
      }
    }
    check(VECTOR_AFFINE, 2, -1) { 2 * $0 - 1 }
    check(VECTOR_SQUARE) { $0 * $0 }
    check(VECTOR_CUBE) { $0 * $0 * $0 }
    check(VECTOR_RECIPROCAL, 3) { 3 / $0 }
    check(VECTOR_SQUARE_ROOT) { $0.squareRoot() }
    check(VECTOR_ABSOLUTE, 0, 0, abs)
    check(VECTOR_RECTIFIED) { $0 > 0 ? $0 : 0 }
    check(VECTOR_LEAKY, 0.25) { $0 > 0 ? $0 : 0.25 * $0 }
    check(VECTOR_CLIPPED, -1, 2) { $0.isNaN ? $0 : min(max($0, -1), 2) }
    check(VECTOR_CLIPPED, 2, -1) { $0.isNaN ? $0 : -1 }
    check(VECTOR_STEP) { $0 > 0 ? 1 : 0 }
    check(VECTOR_SIGN) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
  }
}

extension VectorKernel {
  /// The results of steps, one after the other, on each number of a list.
  static func computing(_ steps: [VectorStep], of inputs: [Float], level: VectorLevel) -> [Float] {
    let kernel = VectorKernel(
      ElementwiseProgram(VectorForm(steps: steps, order: [0])), walks: [nil], level: level)
    var results = [Float](repeating: -7, count: inputs.count)
    inputs.withUnsafeBufferPointer { inputs in
      results.withUnsafeMutableBufferPointer { results in
        let arguments = KernelArguments(
          inputs: [inputs.baseAddress!], output: results.baseAddress!, team: ThreadTeam(threadCount: 1))
        kernel.run(arguments, count: inputs.count)
      }
    }
    return results
  }
}
