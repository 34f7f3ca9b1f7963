internal import CVectorKernels

/// A straight-line program over the elements of some operands, each instruction with a result of its own.
struct ElementwiseProgram: Sendable, Hashable {
  /// An instruction and what it reads: operands by their positions, then the results of earlier instructions.
  struct Instruction: Sendable, Hashable {
    let step: VectorStep
    let first: Int
    let second: Int
  }

  let operandCount: Int
  private(set) var instructions: [Instruction] = []

  init(operandCount: Int) {
    self.operandCount = operandCount
  }

  /// The program of a single operation.
  init(_ form: VectorForm) {
    self.init(operandCount: form.order.count)
    append(form, form.order)
  }

  /// Appends the steps of an operation on values known so far and returns the number of its result.
  @discardableResult
  mutating func append(_ form: VectorForm, _ operands: [Int]) -> Int {
    var value = operands[0]
    for (position, step) in form.steps.enumerated() {
      let second = position == 0 && operands.count > 1 ? operands[1] : value
      instructions.append(Instruction(step: step, first: value, second: second))
      value = operandCount + instructions.count - 1
    }
    return value
  }

  /// The instructions with registers in place of results, of which as few are used as will do.
  func allocated() -> (instructions: [VectorInstruction], registerCount: Int) {
    var lastUses: [Int: Int] = [:]
    for (index, instruction) in instructions.enumerated() {
      lastUses[instruction.first] = index
      lastUses[instruction.second] = index
    }
    var slots = Array(0..<operandCount)
    var free: [Int] = []
    var registerCount = 0
    var result: [VectorInstruction] = []
    for (index, instruction) in instructions.enumerated() {
      for value in Set([instruction.first, instruction.second]).sorted()
      where value >= operandCount && lastUses[value] == index {
        free.append(slots[value])
      }
      var slot = operandCount + registerCount
      if let reused = free.popLast() { slot = reused } else { registerCount += 1 }
      slots.append(slot)
      result.append(
        VectorInstruction(
          code: instruction.step.code, destination: UInt8(slot), first: UInt8(slots[instruction.first]),
          second: UInt8(slots[instruction.second]), alpha: instruction.step.alpha, beta: instruction.step.beta
        ))
    }
    return (result, registerCount)
  }
}
