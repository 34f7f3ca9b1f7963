import Testing

@testable import Saliency

@Suite("Optimizers")
struct OptimizerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let optimizer: any Optimizer
    /// Where the number 1 is after each of three steps along the gradients 2, −1 and 0.
    let path: [Double]
  }

  /// Worked out by hand from the formulas of the papers.
  static let cases: [Case] = [
    Case(
      testDescription: "Adam's first step is as long as the learning rate, and later ones remember it",
      optimizer: Adam(learningRate: 0.1, meanDecay: 0.5, squareDecay: 0.5),
      // m: 1, 0, 0; v: 2, 1.5, 0.75; m̂: 2, 0, 0; v̂: 4, 2, 6/7
      path: [0.9, 0.9, 0.9]),
    Case(
      testDescription: "Adam with its usual shares divides the mean by the root of the mean square",
      optimizer: Adam(learningRate: 0.1),
      // m: 0.2, 0.08, 0.072; m̂: 2, 0.08/0.19, 0.072/0.271; v: 0.004, 0.004996, 0.004991004; v̂: 4, 0.004996/0.001999, 0.004991004/0.002997001
      path: [
        0.9, 0.9 - 0.1 * 0.4210526 / 1.5808916,
        0.9 - 0.1 * 0.4210526 / 1.5808916 - 0.1 * 0.2656827 / 1.2904779,
      ]),
    Case(
      testDescription: "RMSProp divides each gradient by the root of the mean square",
      optimizer: RMSProp(learningRate: 0.1, decay: 0.75),
      // v: 1, 1, 0.75
      path: [0.8, 0.9, 0.9]),
    Case(
      testDescription: "A normalized gradient moves numbers by the learning rate on average",
      optimizer: GradientDescent(learningRate: 0.25), path: [0.75, 1, 1]),
    Case(
      testDescription: "A gradient as it is moves numbers by the learning rate times itself",
      optimizer: GradientDescent(learningRate: 0.25, isNormalized: false), path: [0.5, 0.75, 0.75]),
  ]

  @Test("Steps are those of the formula", arguments: cases)
  func steps(_ row: Case) {
    var optimizer = row.optimizer
    var numbers = [1.0]
    for (gradient, expected) in zip([2.0, -1, 0], row.path) {
      optimizer.step(&numbers, along: [gradient])
      #expect(abs(numbers[0] - expected) < 1e-6)
    }
  }

  @Test("A copy remembers on its own", arguments: cases)
  func copies(_ row: Case) {
    var numbers = [[1.0], [1.0]]
    for run in 0..<2 {
      var copy = row.optimizer
      copy.step(&numbers[run], along: [2])
      copy.step(&numbers[run], along: [-1])
    }
    #expect(numbers[0] == numbers[1] && abs(numbers[0][0] - row.path[1]) < 1e-6)
  }

  @Test("A valley's floor is found", arguments: cases.dropFirst().filter { !($0.optimizer is RMSProp) })
  func valley(_ row: Case) {
    var optimizer = row.optimizer
    var numbers = [5.0, -3.0]
    func gradient() -> [Double] { [0.5 * (numbers[0] - 1), 2 * (numbers[1] - 2)] }
    for _ in 0..<2_000 { optimizer.step(&numbers, along: gradient()) }
    #expect(abs(numbers[0] - 1) < 0.5 && abs(numbers[1] - 2) < 0.5, "\(numbers)")
  }
}
