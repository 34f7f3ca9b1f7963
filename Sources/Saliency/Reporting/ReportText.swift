import SaliencyCore

/// How numbers and names stand in reports for people.
public enum ReportText {
  /// A number with four significant digits, such as "0.3946", "12" or "3.775e-08".
  public static func number(_ value: Float) -> String { value.text }

  /// A number of bytes, such as "3.2 GB".
  public static func byteCount(_ count: Int) -> String { count.byteText }

  /// A text with control characters escaped, cut after `limit` characters: safe to print whoever wrote it.
  public static func printable(_ text: String, limit: Int = 100) -> String { text.printable(limit: limit) }
}
