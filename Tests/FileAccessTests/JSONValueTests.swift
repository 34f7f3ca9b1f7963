import FileAccess
import Testing

@Suite("JSON") struct JSONValueTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  @Test(
    "is read as RFC 8259 has it, and as Python writes it",
    arguments: [
      ("null", .null), (" true ", .boolean(true)), ("false", .boolean(false)), ("\u{FEFF}1", .number(1)),
      ("-0.5e-1", .number(-0.05)), ("1E3", .number(1000)), ("0", .number(0)), ("1e400", .number(.infinity)),
      ("9007199254740991", .number(9_007_199_254_740_991)),
      ("-9007199254740992", .number(-9_007_199_254_740_992)),
      ("123456789012345678901234567890", .number(0x1.8EE90FF6C373Ep96)),
      ("Infinity", .number(.infinity)), ("[-Infinity]", .array([.number(-.infinity)])),
      ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é\"", .string("a\"\\/\u{8}\u{C}\n\r\té😀é")),
      ("\"\\ud83d\"", .string("\u{FFFD}")), ("[]", .array([])), ("{ }", .object([:])),
      (
        "{\"a\": [1, {\"b\" : null}], \"c\": \"\"}",
        .object(["a": .array([.number(1), .object(["b": .null])]), "c": .string("")])
      ),
      ("{\"a\": 1, \"a\": 2}", .object(["a": .number(2)])),
    ] as [(String, JSONValue)])
  func valid(text: String, expected: JSONValue) throws {
    #expect(try parse(text) == expected)
  }

  @Test("NaN is a number that is none")
  func notANumber() throws {
    #expect(try parse("[NaN]").array?.first?.number?.isNaN == true)
  }

  @Test(
    "is refused where it is none, with the place",
    arguments: [
      ("", "ends where a value should be (at byte 0)"), ("[1,", "ends where a value should be (at byte 3)"),
      ("[1 2]", "a comma or a closing bracket is missing (at byte 3)"), ("[1,]", "no value"),
      ("{\"a\" 1}", "a colon is missing"), ("{a: 1}", "a name in quotes is missing"),
      ("{\"a\": 1", "a comma or a closing brace is missing"), ("01", "a number is malformed"),
      ("-", "a number is malformed"), ("1.", "a number is malformed"), ("1e", "a number is malformed"),
      ("+1", "no value"), ("nul", "no value"), ("NaNs", "something follows its end (at byte 3)"),
      ("-Inf", "no value"), ("'a'", "no value"), ("\"a", "a string does not end"),
      ("\"\\x\"", "unknown escape"), ("\"\\u12g4\"", "unknown escape"), ("\"\\u1", "does not end"),
      ("\"\n\"", "control character"), ("1 1", "something follows its end (at byte 2)"),
    ])
  func invalid(text: String, expected: String) {
    let failure = #expect(throws: JSONValue.Failure.self) { try parse(text) }
    #expect(failure?.description.hasPrefix("it is not valid JSON: ") == true)
    #expect(failure?.description.contains(expected) == true, "\(failure?.description ?? "")")
  }

  @Test("may be nested 512 levels deep, and no deeper", arguments: [("[", "]"), ("{\"a\":", "}")])
  func depth(open: String, close: String) throws {
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth) + (open == "[" ? "" : "1")
        + String(repeating: close, count: depth)
    }
    _ = try parse(nested(512))
    for depth in [513, 10_000, 1_000_000] {
      let failure = #expect(throws: JSONValue.Failure.self) { try parse(nested(depth)) }
      #expect(failure?.description == "it is JSON nested more than 512 levels deep")
    }
  }

  @Test("is read in time that grows with its length alone")
  func linearTime() throws {
    let text = "[" + (0..<200_000).map { "{\"layer\": \"\\u0061\($0)\"}" }.joined(separator: ",") + "]"
    var value: JSONValue?
    let duration = try ContinuousClock().measure { value = try parse(text) }
    #expect(value?.array?.last?["layer"]?.text == "a199999")
    #expect(duration < .seconds(10))
  }
}
