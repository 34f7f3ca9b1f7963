import SaliencyCore
import Testing

@Suite("Tensors")
struct TensorTests {
  @Test("A tensor gives back what it was made of, in any shape of as many elements")
  func values() {
    let tensor = Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])
    #expect(tensor.values == [1, 2, 3, 4, 5, 6])
    #expect(tensor.reshaped(to: [6]).values == tensor.values)
    #expect(tensor.reshaped(to: [3, 1, 2]).shape == [3, 1, 2])
    #expect(Tensor(7).shape == [] && Tensor(7).values == [7])
    #expect(Tensor(shape: [2, 0], values: []).values == [])
  }

  @Test("The first element that is not finite is found", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(_ value: Float) {
    #expect(Tensor(shape: [4], values: [1, 2, value, value]).firstNonFiniteIndex == 2)
    #expect(Tensor(shape: [2], values: [1, .greatestFiniteMagnitude]).firstNonFiniteIndex == nil)
  }

  @Test("Two tensors are equal where their shapes and elements are")
  func equality() {
    let tensor = Tensor(shape: [2], values: [1, 2])
    #expect(tensor == tensor.reshaped(to: [2]))
    #expect(tensor != tensor.reshaped(to: [1, 2]))
    #expect(tensor == Tensor(shape: [2], values: [1, 2]))
    #expect(tensor != Tensor(shape: [2], values: [1, 3]))
    #expect(Tensor(.nan) == Tensor(.nan) && Tensor(0) != Tensor(-0.0))
    #expect(Tensor(shape: [0], values: []) == Tensor(shape: [0], values: []))
    #expect(Set([tensor, Tensor(shape: [2], values: [1, 2]), tensor.reshaped(to: [2, 1])]).count == 2)
    // Which elements are hashed makes no difference.
    let long = (0..<1_000).map { Float($0) }
    let other = long.map { $0 == 501 ? -1 : $0 }
    #expect(Tensor(shape: [1_000], values: long) != Tensor(shape: [1_000], values: other))
    #expect(Tensor(shape: [1_000], values: long).hashValue == Tensor(shape: [1_000], values: long).hashValue)
  }

  /// Four numbers one byte past an aligned address, as a mapped file may hold them.
  private final class Unaligned: TensorStorage, @unchecked Sendable {
    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 17, alignment: 16)
    let bytes: UnsafeRawBufferPointer

    init() {
      bytes = UnsafeRawBufferPointer(rebasing: memory[1...])
      for (index, value) in ([1, 2, 3, 4] as [Float]).enumerated() {
        memory.storeBytes(of: value, toByteOffset: 1 + 4 * index, as: Float.self)
      }
    }

    deinit {
      memory.deallocate()
    }
  }

  @Test("Storage may lie at any address, as a constant and as an input")
  func unaligned() async throws {
    let tensor = Tensor(shape: [4], storage: Unaligned())
    #expect(tensor.values == [1, 2, 3, 4])
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [4])
    let plan = try await sharedExecutor.compile(
      builder.graph(outputs: [x + builder.constant(tensor), builder.constant(tensor)]))
    let result = try await sharedExecutor.run(plan, ["x": tensor])
    #expect(result.map(\.values) == [[2, 4, 6, 8], [1, 2, 3, 4]])
  }
}
