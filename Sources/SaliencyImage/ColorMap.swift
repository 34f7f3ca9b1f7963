import FileAccess
import FoundationEssentials

/// A table of 256 colors that numbers from 0 to 1 are drawn in, as matplotlib defines it.
public struct ColorMap: Sendable, Hashable {
  /// The name, as in ``init(named:)``.
  public let name: String
  /// 256 colors, from the one for 0 to the one for 1.
  public let colors: [Color]
  /// Whether the map has two arms that meet in a neutral middle, which then stands for zero.
  public let isDiverging: Bool

  /// Black through purple and orange to pale yellow, perceptually uniform: the default.
  public static let inferno = ColorMap("inferno", ColorMapTables.inferno)
  /// Purple through green to yellow, perceptually uniform.
  public static let viridis = ColorMap("viridis", ColorMapTables.viridis)
  /// Black through purple to pale yellow, perceptually uniform.
  public static let magma = ColorMap("magma", ColorMapTables.magma)
  /// Blue through pink to yellow, perceptually uniform.
  public static let plasma = ColorMap("plasma", ColorMapTables.plasma)
  /// A smoother rainbow.
  public static let turbo = ColorMap("turbo", ColorMapTables.turbo)
  /// The old rainbow; it suggests edges where there are none.
  public static let jet = ColorMap("jet", ColorMapTables.jet)
  /// Black to white.
  public static let gray = ColorMap("gray", ColorMapTables.gray)
  /// Blue through white to red, for signed values.
  public static let blueWhiteRed = ColorMap("blue-white-red", ColorMapTables.blueWhiteRed, isDiverging: true)
  /// White to red, for values without sign on white paper, as in charts: the upper arm of ``blueWhiteRed``.
  public static let whiteRed = ColorMap(
    name: "white-red",
    colors: (0..<256).map { Color(red: 255, green: UInt8(255 - $0), blue: UInt8(255 - $0)) })

  /// All maps.
  public static let all: [ColorMap] = [
    inferno, viridis, magma, plasma, turbo, jet, gray, blueWhiteRed, whiteRed,
  ]

  /// Other names that are in use.
  static let aliases = ["grey": "gray", "bwr": "blue-white-red"]

  /// The map of a name, in any case and with any separators; `grey` is `gray`, and `bwr` is `blue-white-red`.
  ///
  /// - Throws: `ImageError` that lists the names, and the nearest one, when there is none.
  public init(named name: String) throws(ImageError) {
    let wanted = LooseName(Self.aliases[name.lowercased()] ?? name)
    guard let map = ColorMap.all.first(where: { LooseName($0.name) == wanted }) else {
      let names = ColorMap.all.map(\.name)
      let nearest = names.min { editDistance($0, name.lowercased()) < editDistance($1, name.lowercased()) }!
      throw ImageError(
        .unknownColorMap,
        "there is no color map named '\(name.prefix(64))'; did you mean '\(nearest)'? The maps are "
          + names.joined(separator: ", "))
    }
    self = map
  }

  private init(_ name: String, _ table: String, isDiverging: Bool = false) {
    let bytes = [UInt8](Data(base64Encoded: table)!)
    self.init(
      name: name,
      colors: (0..<256).map { Color(red: bytes[3 * $0], green: bytes[3 * $0 + 1], blue: bytes[3 * $0 + 2]) },
      isDiverging: isDiverging)
  }

  private init(name: String, colors: [Color], isDiverging: Bool = false) {
    self.name = name
    self.colors = colors
    self.isDiverging = isDiverging
  }

  /// The color of a number; what is outside of 0 to 1 gets the color of the nearer end, and NaN that of 0.
  public subscript(value: Float) -> Color {
    colors[value > 0 ? Int(min(value * 256, 255)) : 0]
  }
}

/// The least number of letters to insert, delete or replace to get from one text to the other, looking at 64
/// letters.
private func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b.prefix(64))
  var row = Array(0...b.count)
  for (i, letter) in a.prefix(64).enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (letter == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
