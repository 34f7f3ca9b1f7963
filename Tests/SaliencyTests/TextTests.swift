import Testing

@testable import Saliency

@Suite("Numbers as text")
struct TextTests {
  static let numbers: [(Float, String)] = [
    (0, "0"), (-0.0, "0"), (1, "1"), (-2.5, "-2.5"), (0.394_61, "0.3946"), (9.247_23, "9.247"),
    (123_456, "123456"), (0.000_123_456, "0.0001235"), (3.775_075_5e-8, "3.775e-08"), (-1e-12, "-1e-12"),
    (12_345_678, "1.235e+07"), (1e20, "1e+20"), (.infinity, "inf"), (.nan, "nan"), (99_999.6, "100000"),
  ]

  @Test("A number has four significant digits, or all of a larger integer", arguments: numbers)
  func text(number: Float, text: String) { #expect(number.text == text) }
}
