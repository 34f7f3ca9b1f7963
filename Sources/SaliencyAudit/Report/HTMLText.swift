internal import FoundationEssentials
internal import Saliency

/// Pieces of a page.
enum HTMLText {
  /// A text as a page shows it, whoever wrote it.
  static func escaped(_ text: String) -> String {
    ReportText.printable(text, limit: 4_000).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }

  /// A picture inside the page.
  static func image(_ jpeg: [UInt8], class name: String, describedAs text: String) -> String {
    "<img class=\"\(name)\" alt=\"\(escaped(text))\" loading=\"lazy\" src=\"data:image/jpeg;base64,"
      + Data(jpeg).base64EncodedString() + "\">"
  }

  /// "37 %", or "0.4 %" where there is less than one.
  static func percent(_ share: Double?) -> String {
    guard let share else { return "–" }
    let hundredths = share * 100
    guard hundredths < 1, hundredths > 0 else { return "\(Int(hundredths.rounded())) %" }
    return decimal(hundredths, digits: 1) + " %"
  }

  /// A number with so many digits behind the point.
  static func decimal(_ number: Double?, digits: Int) -> String {
    guard let number, number.isFinite else { return "–" }
    let factor = digits == 1 ? 10.0 : 100.0
    let scaled = Int((abs(number) * factor).rounded())
    let rest = String(scaled % Int(factor))
    return (number < 0 && scaled > 0 ? "−" : "") + "\(scaled / Int(factor))."
      + String(repeating: "0", count: digits - rest.count) + rest
  }

  /// "1 image", "2 images"
  static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)" + (count == 1 ? "" : "s") }
}

extension HeatMap {
  /// The magnitudes as a small picture, dark where there is nothing.
  func picture() throws -> [UInt8] {
    let magnitudes = try HeatMap(width: width, height: height, values: values.map(abs))
    return try magnitudes.rendered(colorMap: .inferno, scaling: .positive).encoded(as: .jpeg, quality: 85)
  }
}
