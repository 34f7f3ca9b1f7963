@testable import Saliency
import SaliencyImage
import SaliencyTestSupport
import Testing

@Suite("Names of tokens")
struct TokenNameTests {
  static let files: [(about: String, text: String, items: [[String]])] = [
    ("one a line", "[CLS]\ngood\n##ness\n", [["[CLS]", "good", "##ness"]]),
    ("lines as Windows ends them", "a\r\nb\r\n", [["a", "b"]]),
    ("spaces that belong to tokens", " the\ncat \n", [[" the", "cat "]]),
    ("an empty token in the middle", "a\n\nb\n", [["a", "", "b"]]),
    ("a JSON list", #"["a", "\n", "Ġb"]"#, [["a", "\n", "Ġb"]]),
    ("a JSON list for each item", #" [["a", "b"], ["c"]]"#, [["a", "b"], ["c"]]),
    ("a byte order mark", "\u{FEFF}a\nb", [["a", "b"]]),
  ]

  @Test("Files say them", arguments: files)
  func reading(_ about: String, _ text: String, _ items: [[String]]) throws {
    #expect(try TokenNames(parsing: Array(text.utf8), path: "tokens.txt").items == items)
  }

  @Test(
    "Files that do not are refused with a reason",
    arguments: [
      ([], "the file is empty"), (Array("[\"a\", 3]".utf8), "element 1 of the JSON list is no text"),
      (Array("[[\"a\"], \"b\"]".utf8), "element 1 of the JSON list is no list, as the first is"),
      (Array("[]".utf8), "the JSON list is empty"), (Array("[\"a\"".utf8), "it is not valid JSON"),
      ([0xFF, 0xFE], "the file is not UTF-8 text"), ([0x61, 0], "the file is not text"),
    ] as [([UInt8], String)])
  func refusals(_ bytes: [UInt8], _ reason: String) {
    let error = #expect(throws: SaliencyError.self) { try TokenNames(parsing: bytes, path: "tokens.txt") }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  /// Tokens, and what a reader sees of them: a space before each that begins a word.
  static let texts: [(about: String, names: [String], text: String)] = [
    ("words", ["a", "good", "film"], "| a| good| film"),
    ("WordPiece", ["[CLS]", "un", "##believ", "##able", "!", "[SEP]"], "| [CLS]| un|believ|able| !| [SEP]"),
    ("SentencePiece", ["<s>", "▁un", "believ", "able", "!", "▁", "</s>"], "| <s>| un|believ|able|!| | </s>"),
    (
      "byte-level tokens", ["un", "believ", "able", "Ġfilm", "Ċ", "ĊĊ", "cafÃ©"],
      "| un|believ|able| film|\n|\n\n|café"
    ),
    ("bytes of a letter that is cut", ["cafÃ", "©", "Ġx"], "| caf\\xC3|\\xA9| x"),
    ("ends of words", ["un", "believable</w>", "film</w>"], "| un|believable| film"),
    ("tokens with spaces of their own", ["The", " cat", " sat", "."], "| The| cat| sat|."),
    ("letters", ["a", "b", " ", "c"], "| a|b| |c"),
    ("SentencePiece's bytes", ["▁a", "<0x0A>", "<0xE4>"], "| a|\n|\\xE4"),
  ]

  @Test("Marks of tokenizers make words", arguments: texts)
  func words(_ about: String, _ names: [String], _ text: String) {
    let tokens = TokenWords.chartTokens(names, values: names.map { _ in 0 })
    #expect(tokens.map { "|" + ($0.startsWord ? " " : "") + $0.text }.joined() == text)
  }
}
