import FileAccess
import FoundationEssentials
public import SaliencyCore
public import SaliencyImage

/// What makes a result again: the question, how it was drawn, and which files it was asked of.
///
/// It is written into images as XMP, beside `.npy` files, and into reports. Files are kept by their names without folders and their
/// digests.
public struct Recipe: Sendable, Codable {
  /// A file that a result depends on.
  public struct File: Sendable, Codable, Hashable {
    /// The name without folders.
    public let name: String
    /// The SHA-256 digest of its bytes, in hexadecimal.
    public let sha256: String

    /// A file as it is now.
    ///
    /// - Throws: `SaliencyError` where it cannot be read.
    public init(contentsOf path: String) throws(SaliencyError) {
      do {
        let file = try MappedFile(path: path)
        self.init(path: path, sha256: file.withSpan { SHA256.hexDigest(of: $0) })
      } catch {
        throw SaliencyError(.unreadable, "the file \(error)", file: path)
      }
    }

    /// A file by its path, of which the name is kept, and its digest.
    public init(path: String, sha256: String) {
      name = path.split(separator: "/").last.map(String.init) ?? path
      self.sha256 = sha256
    }
  }

  /// What a result was computed with, on which its last digits depend.
  public struct Computation: Sendable, Codable, Hashable {
    /// The version of this package.
    public let version: String
    /// The version of oneDNN.
    public let oneDNN: String
    /// The instructions of the processor that were used: `sse41`, `avx2` or `avx512`.
    public let instructions: String
    /// The numbers that the network was computed with.
    public let precision: Precision

    private enum CodingKeys: String, CodingKey {
      case version, oneDNN = "onednn", instructions, precision
    }

    /// What this process computes with.
    public init(precision: Precision = .fp32) {
      version = PackageVersion.current
      oneDNN = Executor.libraryVersion
      instructions = Executor.instructionSet
      self.precision = precision
    }
  }

  /// How a result was drawn.
  public struct Drawing: Sendable, Codable, Hashable {
    /// What images show: `figure`, `overlay` or `heatmap`.
    public var style = "figure"
    /// The name of the colors; nil for those that suit the values.
    public var colormap: String?
    /// The opacity of the map over the image.
    public var alpha: Float = 0.9
    /// Whether the image under the map is `gray` or in `color`.
    public var imageStyle = "gray"
    /// The percentile of the values that becomes the strongest color.
    public var percentile: Double = 99
    /// Whether there is a map for each channel.
    public var keepChannels = false
    /// Whose size images have: that of the `network`'s input, or the `original` image's.
    public var sizeOf = "network"
    /// What is drawn of a token that has a row of numbers: their sum where nil.
    public var perToken: TokenMeasure?

    /// The drawing of a figure.
    public init() {}

    // Recipes keep the field's former name.
    private enum CodingKeys: String, CodingKey {
      case style, colormap, alpha, imageStyle = "photograph", percentile, keepChannels, sizeOf, perToken
    }

    /// How maps look.
    ///
    /// - Throws: `ImageError` where there are no colors of that name.
    public func mapStyle() throws(ImageError) -> MapStyle {
      var style = MapStyle(
        percentile: percentile, overlay: OverlayStyle(alpha: alpha, isGray: imageStyle == "gray"))
      style.tokenMeasure = perToken ?? .sum
      if let colormap { style.colorMap = try ColorMap(named: colormap) }
      return style
    }
  }

  /// Another input, to whose output that of the input was compared.
  public struct SimilarInput: Sendable, Codable, Hashable {
    /// The file of the other input.
    public let file: File
    /// How alike means.
    public let similarity: Similarity

    /// Another input and the measure.
    public init(_ file: File, _ similarity: Similarity) { (self.file, self.similarity) = (file, similarity) }
  }

  /// The version of this form.
  public let format: Int
  /// What was asked. Images are prepared as it says, whatever stands beside the model.
  public var question: Question
  /// The methods that are compared, as people write them; nil where the question's alone was asked.
  public var compare: [String]?
  /// The targets that are compared; nil where the question's alone was asked.
  public var compareTargets: String?
  /// How it was drawn.
  public var drawing: Drawing
  /// The network.
  public let model: File
  /// The input; nil where it was no file.
  public let input: File?
  /// Tensors that were given for other inputs, by the inputs' names.
  public var given: [String: File]
  /// The names of the units that are explained, by index.
  public var classes: [String: String]
  /// The file that named tokens; nil where none did.
  public var tokens: File?
  /// The other input that what is explained was compared with; nil where there was none.
  public var similarTo: SimilarInput?
  /// What it was computed with.
  public let computation: Computation

  /// The current version of this form.
  public static let currentFormat = 1

  /// A recipe.
  public init(
    _ question: Question, model: File, input: File?, given: [String: File] = [:],
    drawing: Drawing = Drawing(), classes: [String: String] = [:], computation: Computation = Computation()
  ) {
    format = Self.currentFormat
    (self.question, self.model, self.input, self.given) = (question, model, input, given)
    (self.drawing, self.classes, self.computation) = (drawing, classes, computation)
  }

  /// The names of the explained units, for units of the same numbers; nil where there are none.
  public var labels: Labels? {
    let names = classes.compactMap { key, name in
      Int(key).flatMap { 0...1_000_000 ~= $0 ? ($0, name) : nil }
    }
    guard let last = names.map(\.0).max() else { return nil }
    let byIndex = Dictionary(names) { first, _ in first }
    return Labels((0...last).map { byIndex[$0] })
  }
}

extension Recipe {
  /// The recipe as JSON.
  ///
  /// - Throws: `EncodingError` where the question has a formula of the user's own.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Reads what ``json()`` wrote, or a report that has it under `recipe`.
  ///
  /// - Parameters:
  ///   - json: the bytes.
  ///   - path: the file that errors name.
  /// - Throws: `SaliencyError` where it is neither, or of a later form.
  public init(json: [UInt8], path: String) throws(SaliencyError) {
    struct Report: Decodable { let recipe: Recipe }
    struct Form: Decodable { let format: Int }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = Data(json)
    func invalid(_ reason: String) -> SaliencyError {
      SaliencyError(.invalidFile, reason, file: path)
    }
    if let form = try? decoder.decode(Form.self, from: data), form.format > Self.currentFormat {
      throw invalid(
        "it says how to make the result again in form \(form.format); this version knows forms up to "
          + "\(Self.currentFormat)")
    }
    do {
      if let report = try? decoder.decode(Report.self, from: data) {
        self = report.recipe
      } else {
        self = try decoder.decode(Recipe.self, from: data)
      }
      // As version 0.1.0 wrote it.
      drawing.imageStyle = ["grey": "gray", "colour": "color"][drawing.imageStyle] ?? drawing.imageStyle
    } catch let error as DecodingError {
      throw invalid("it does not say how to make the result again: \(error.clause)")
    } catch {
      throw invalid("it does not say how to make the result again: \(error)")
    }
  }
}

extension DecodingError {
  /// What is wrong, as a clause that names the field.
  var clause: String {
    let (context, missing): (Context, String?) =
      switch self {
      case .keyNotFound(let key, let context): (context, key.stringValue)
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
        (context, nil)
      @unknown default: (Context(codingPath: [], debugDescription: "\(self)"), nil)
      }
    let place = (context.codingPath.map(\.stringValue) + (missing.map { [$0] } ?? [])).joined(separator: ".")
    if missing != nil { return "'\(place.printable())' is missing" }
    return (place.isEmpty ? "" : "'\(place.printable())': ") + context.debugDescription.printable()
  }
}

extension Attribution {
  /// What makes this result again.
  ///
  /// - Parameters:
  ///   - input: the file that the input was read from; nil where there is none.
  ///   - given: the files that tensors for other inputs were read from, by the inputs' names.
  ///   - preprocessing: how an image became the input; nil where it was a tensor.
  ///   - drawing: how it is drawn.
  public func recipe(
    input: Recipe.File?, given: [String: Recipe.File] = [:], preprocessing: Preprocessing? = nil,
    drawing: Recipe.Drawing = .init()
  ) -> Recipe {
    var question = provenance.resolvedQuestion
    if let preprocessing { question.preparation = PreprocessingSettings(preprocessing) }
    let named = units.joined().compactMap { unit in unit.name.map { ("\(unit.index)", $0) } }
    return Recipe(
      question, model: Recipe.File(path: provenance.model.path, sha256: provenance.model.digest),
      input: input,
      given: given, drawing: drawing, classes: Dictionary(named) { first, _ in first },
      computation: .init(precision: provenance.precision))
  }
}

extension Attribution.Provenance {
  /// What was asked, with the layers that the method found for itself.
  public var resolvedQuestion: Question {
    guard question.method.isInCatalog,
      let method = try? Method(parsing: Method.specification(method, methodOptions))
    else { return question }
    return question.asked(by: method)
  }
}

extension Precision: Codable {}
