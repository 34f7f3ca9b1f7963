import FileAccess
import SaliencyImage

extension Recipe {
  private static let (opening, closing) = ("<saliency:recipe>", "</saliency:recipe>")

  /// The recipe as an XMP packet, which PNG, JPEG, WebP, SVG and PDF files can carry.
  ///
  /// - Parameter description: one line about the result, for programs that show such lines.
  /// - Throws: `EncodingError` where the question has a formula of the user's own.
  public func xmp(description: String) throws -> String {
    """
    <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/">
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:saliency="urn:swift-saliency:recipe">
    <dc:description><rdf:Alt><rdf:li xml:lang="x-default">\(Self.escaped(description))</rdf:li></rdf:Alt></dc:description>
    <xmp:CreatorTool>swift-saliency \(Self.escaped(computation.version))</xmp:CreatorTool>
    \(Self.opening)\(Self.escaped(try json()))\(Self.closing)
    </rdf:Description>
    </rdf:RDF>
    </x:xmpmeta>
    <?xpacket end="r"?>
    """
  }

  /// The largest file that a recipe is read from.
  private static let largestFile = 256 << 20

  /// Reads the recipe that a result carries: an image, a report as JSON, or the JSON beside a `.npy` file, whichever of both is named.
  ///
  /// - Throws: `SaliencyError` where the file cannot be read or carries none.
  public init(contentsOf path: String) throws(SaliencyError) {
    let isTensor = path.lowercased().hasSuffix(".npy")
    let path = isTensor ? Self.sidePath(of: path) : path
    let bytes: [UInt8]
    do {
      bytes = try RegularFile.contents(of: path, limit: Self.largestFile)
    } catch {
      throw SaliencyError(
        error.isTooLarge ? .invalidFile : .unreadable,
        "the file \(error)" + (isTensor ? "; it says how the tensor beside it was made" : ""), file: path)
    }
    if bytes.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{") {
      try self.init(json: bytes, path: path)
      return
    }
    let text = Image.xmp(in: bytes) ?? String(decoding: bytes, as: UTF8.self)
    guard let start = text.firstRange(of: Self.opening),
      let end = text[start.upperBound...].firstRange(of: Self.closing)
    else {
      throw SaliencyError(
        .invalidFile,
        "it does not say how it was made; only results of this program do, and some programs drop that when they write an image anew",
        file: path)
    }
    let json = Self.unescaped(text[start.upperBound..<end.lowerBound])
    try self.init(json: Array(json.utf8), path: path)
  }

  /// Where the recipe of a `.npy` file is kept.
  public static func sidePath(of path: String) -> String { path + ".json" }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  private static func unescaped(_ text: Substring) -> String {
    String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
  }
}
