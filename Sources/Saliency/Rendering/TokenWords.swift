import SaliencyImage

/// How the tokens of a text make words, which marks of the tokenizer say.
enum TokenWords {
  /// What marks words.
  private enum Marks {
    /// `##` before what continues a word, as BERT's WordPiece has it.
    case continued
    /// `▁` before what begins a word, as SentencePiece has it.
    case begun
    /// `Ġ` for a space and other letters for other bytes, as GPT-2's byte-level tokens have it.
    case bytes
    /// `</w>` behind what ends a word, as CLIP has it.
    case ended
    /// Spaces in the tokens themselves, or single letters: nothing is added between them.
    case plain
    /// None: each token is a word.
    case none

    init(_ names: [String]) {
      let names = names.filter { !TokenWords.isSpecial($0) }
      if names.contains(where: { $0.hasPrefix("▁") }) {
        self = .begun
      } else if names.contains(where: { $0.contains("Ġ") || $0.contains("Ċ") }) {
        self = .bytes
      } else if names.contains(where: { $0.hasPrefix("##") && $0.count > 2 }) {
        self = .continued
      } else if names.contains(where: { $0.hasSuffix("</w>") }) {
        self = .ended
      } else if names.contains(where: { $0.first?.isWhitespace == true || $0.last?.isWhitespace == true })
        || names.count > 1 && names.allSatisfy({ $0.count == 1 })
      {
        self = .plain
      } else {
        self = .none
      }
    }
  }

  /// The tokens as a chart has them: without marks, in words.
  static func chartTokens(_ names: [String], values: [Float]) -> [TextChart.Token] {
    let marks = Marks(names)
    var followsEnd = true
    return zip(names, values).map { name, value in
      if isSpecial(name) {
        if marks == .begun, let byte = byte(name) {
          return .init(TokenInput.text(ofByte: byte), attribution: value, startsWord: false)
        }
        followsEnd = true
        return .init(name, attribution: value)
      }
      var text = name
      var startsWord = followsEnd
      followsEnd = false
      switch marks {
      case .none: startsWord = true
      case .continued:
        if name.hasPrefix("##"), name.count > 2 {
          text = String(name.dropFirst(2))
        } else {
          startsWord = true
        }
      case .ended:
        if name.hasSuffix("</w>") {
          text = String(name.dropLast(4))
          followsEnd = true
        }
      case .begun: text = name.replacing("▁", with: " ")
      case .bytes: text = decoded(name)
      case .plain: break
      }
      if marks != .none, marks != .continued, text.first == " ", text.contains(where: { !$0.isWhitespace }) {
        text.removeFirst()
        startsWord = true
      }
      return .init(text, attribution: value, startsWord: startsWord)
    }
  }

  /// Whether a token is none of the text, such as `[CLS]`, `<s>` or `<|endoftext|>`.
  static func isSpecial(_ name: String) -> Bool {
    name.count > 2
      && (name.hasPrefix("[") && name.hasSuffix("]") || name.hasPrefix("<") && name.hasSuffix(">")
        || name.hasPrefix("‹") && name.hasSuffix("›"))
      && !name.contains(where: \.isWhitespace)
  }

  /// The byte of SentencePiece's `<0x0A>`.
  private static func byte(_ name: String) -> Int? {
    guard name.count == 6, name.hasPrefix("<0x") else { return nil }
    return Int(name.dropFirst(3).dropLast(), radix: 16)
  }

  /// The text of a byte-level token; bytes of a character that is cut between tokens stay as `\xFF`.
  private static func decoded(_ name: String) -> String {
    var bytes: [UInt8] = []
    for scalar in name.unicodeScalars {
      guard let byte = byteLetters[scalar] else { return name }
      bytes.append(byte)
    }
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
      if let character = String(validating: rest.prefix(length), as: UTF8.self) {
        text += character
        rest = rest.dropFirst(length)
      } else {
        text += TokenInput.text(ofByte: Int(first))
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The letters that stand for bytes in GPT-2's tokens: printable ones for themselves, the others for those from U+0100 on, in order.
  private static let byteLetters: [Unicode.Scalar: UInt8] = {
    var letters: [Unicode.Scalar: UInt8] = [:]
    var next: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: letters[Unicode.Scalar(byte)] = byte
      default:
        letters[Unicode.Scalar(next)!] = byte
        next += 1
      }
    }
    return letters
  }()
}
