import Testing

@testable import KerasFormat

@Suite("Opening a Keras file") struct KerasModelFileTests {
  @Test("names what a file is that is none")
  func notKeras() throws {
    let error = #expect(throws: KerasError.self) { try KerasModelFile(contentsOf: #filePath) }
    #expect(error?.code == .notKeras)
    #expect(error?.message == "not a Keras model, it looks like text")
  }
}
