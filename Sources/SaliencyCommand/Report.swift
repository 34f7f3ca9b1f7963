import FoundationEssentials
import Saliency
import SaliencyCore

/// What `--json` prints of a unit.
struct UnitReport: Encodable {
  let index: Int
  let name: String?
  let score: Float
  let probability: Float?
  /// Where the unit is explained, such as "mean over 84 places"; null where units have no places.
  let place: String?
  /// The box that is explained, in pixels of the image; null where it is none.
  let box: DetectionReport?

  /// - Parameter placement: where the image lies in the network's input; nil where a tensor was given.
  init(_ unit: Attribution.Unit, placement: ImagePlacement? = nil) {
    box = unit.detection.map { DetectionReport($0, name: unit.name, placement: placement) }
    place = unit.place
    index = unit.index
    name = unit.name
    score = unit.score
    probability = unit.probability
  }

  /// "tiger cat (282): score 9.12, probability 0.386"
  var text: String {
    (name.map { "\($0) (\(index))" } ?? "\(index)") + ": score \(score.text)"
      + (probability.map { ", probability \($0.text)" } ?? "") + (place.map { ", \($0)" } ?? "")
      + (box.map { ", \($0.corners)" } ?? "")
  }
}

/// What `--json` prints of a box that a detector found.
struct DetectionReport: Encodable {
  let number: Int
  let classIndex: Int
  let name: String?
  let score: Float
  /// The corners in pixels of the image, or where a tensor was given of the network's input.
  let x1: Float
  let y1: Float
  let x2: Float
  let y2: Float

  private enum CodingKeys: String, CodingKey {
    case number, classIndex = "class", name, score, x1, y1, x2, y2
  }

  init(_ detection: Detection, name: String?, placement: ImagePlacement?) {
    let box = placement?.original(detection.box) ?? detection.box
    (number, classIndex, self.name, score) = (detection.number, detection.classIndex, name, detection.score)
    (x1, y1, x2, y2) = (box.x1, box.y1, box.x2, box.y2)
  }

  /// "55,30 to 80,71"
  var corners: String { "\(x1.pixels),\(y1.pixels) to \(x2.pixels),\(y2.pixels)" }
}

/// What `--json` prints of a detector.
struct DetectorReport: Encodable {
  let form: String
  /// How that is known: said, file, proved or assumed.
  let origin: String
  let summary: String
  let remark: String?
  let classCount: Int?

  init(_ detector: Detector) {
    (form, origin, summary) = (detector.form, detector.origin.rawValue, detector.summary)
    (remark, classCount) = (detector.remark, detector.classCount)
  }

  /// "yolov8 (proved): one output of 4 + K numbers for each candidate …"
  var text: String { "\(form) (\(origin)): \(summary)" + (remark.map { "; \($0)" } ?? "") }
}

extension Float {
  /// The nearest whole number.
  fileprivate var pixels: String { isFinite && magnitude < 1e9 ? "\(Int(rounded()))" : "\(self)" }
}

/// What `--json` prints of a tensor and its axes.
struct TensorReport: Encodable {
  let name: String
  let shape: [Int]
  /// A letter for each axis, such as "NCHW".
  let layout: String
  /// How each of them is known: said, file, proved or assumed.
  let origins: [String]

  init(_ tensor: ResolvedQuestion.ResolvedTensor) {
    (name, shape, layout) = (tensor.name, tensor.shape, tensor.roles.letters)
    origins = tensor.roles.axes.map(\.origin.rawValue)
  }

  /// "logits NQC (N assumed)"
  var text: String {
    let assumed = zip(layout, origins).filter { $0.1 == RoleOrigin.assumed.rawValue }.map { String($0.0) }
    return "'\(name)' \(layout)" + (assumed.isEmpty ? "" : " (\(assumed.joined(separator: ", ")) assumed)")
  }
}

/// What `--json` prints of a token.
struct TokenReport: Encodable {
  let position: Int
  /// Null where the network picks others of the input's numbers than there are tokens.
  let number: Int?
  /// Null where nothing says what it is called.
  let text: String?
  let value: Float

  init(_ token: Attribution.Token) {
    (position, number, text, value) = (token.position, token.number, token.text, token.value)
  }
}

/// What `--json` prints of a loss.
struct LossReport: Encodable {
  let name: String
  let weight: Float
  /// A number for each item of the batch, or one.
  let values: [Float]

  init(_ loss: Attribution.LossValue) {
    (name, weight, values) = (loss.name, loss.weight, loss.values)
  }
}

/// What `--json` prints of a value of the preprocessing.
struct SourcedReport<Value: Encodable>: Encodable {
  let value: Value
  let origin: String
}

/// What `--json` prints of the preprocessing.
struct PreprocessingReport: Encodable {
  let size: SourcedReport<[Int]>
  let resize: SourcedReport<String>
  let crop: SourcedReport<String>
  let shorterSide: SourcedReport<Int>?
  /// Null where there is one channel, which has no order.
  let channels: SourcedReport<String>?
  let scale: SourcedReport<Float>
  let mean: SourcedReport<[Float]>
  let std: SourcedReport<[Float]>

  init(_ preprocessing: Preprocessing) {
    size = .init(value: preprocessing.size.value, origin: preprocessing.size.origin)
    resize = .init(value: preprocessing.filter.value.rawValue, origin: preprocessing.filter.origin)
    crop = .init(value: preprocessing.crop.value.rawValue, origin: preprocessing.crop.origin)
    shorterSide =
      preprocessing.crop.value == .center
      ? .init(value: preprocessing.shorterSide.value, origin: preprocessing.shorterSide.origin) : nil
    channels =
      preprocessing.channelCount > 1
      ? .init(value: preprocessing.channels.value.rawValue, origin: preprocessing.channels.origin) : nil
    scale = .init(value: preprocessing.scale.value, origin: preprocessing.scale.origin)
    mean = .init(value: preprocessing.mean.value, origin: preprocessing.mean.origin)
    std = .init(value: preprocessing.deviation.value, origin: preprocessing.deviation.origin)
  }

  /// One line, such as "224×224, bicubic, centre of 256, rgb, (p · 1 − 127) / 128".
  var text: String {
    func list(_ values: [Float]) -> String {
      values.allSatisfy { $0 == values[0] }
        ? values[0].text : "[" + values.map(\.text).joined(separator: ", ") + "]"
    }
    let cut =
      shorterSide.map { "centre of shorter side \($0.value)" }
      ?? (crop.value == Preprocessing.Crop.letterbox.rawValue ? "letterbox" : "both sides resized")
    return
      "\(size.value[0])×\(size.value[1]), \(resize.value), \(cut), \(channels?.value ?? "grey"), (pixel · \(scale.value.text) − "
      + "\(list(mean.value))) / \(list(std.value)); from \(origins)"
  }

  private var origins: String {
    var names: [String] = []
    for origin in [
      size.origin, resize.origin, crop.origin, channels?.origin, scale.origin, mean.origin, std.origin,
    ].compactMap({ $0 }) where !names.contains(origin) {
      names.append(origin)
    }
    return names.joined(separator: ", ")
  }
}

/// What `--json` prints of an output.
struct OutputReport: Encodable {
  let path: String
  let form: String
}

/// The digest of a model, worked out only where it is printed: it takes reading the whole file.
struct DigestReport: Encodable {
  let model: Model

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(model.digest)
  }
}

/// What `--json` prints of how nearly an attribution adds up to what was explained.
struct ConservationReport: Encodable {
  let explained: Double
  let attributed: Double
  /// Null where what was explained is 0.
  let error: Double?

  init(_ conservation: Attribution.Conservation) {
    (explained, attributed, error) = (conservation.explained, conservation.attributed, conservation.error)
  }

  /// "relevance 8.2 of 9.247, off by 11.4 %"
  var text: String {
    "relevance \(Float(attributed).text) of \(Float(explained).text)"
      + (error.map { ", off by \(Float($0 * 100).text) %" } ?? "")
  }
}

/// What `--json` prints of `explain`.
struct ExplainReport: Encodable {
  struct Target: Encodable {
    let index: Int
    let name: String?
  }

  let model: String
  let digest: DigestReport
  let input: String
  let inputShape: [Int]
  /// The layer that the attribution is for; null where it is for the input.
  let withRespectTo: String?
  let layer: String
  let explained: String
  let finalActivation: String?
  let activationAdded: Bool
  let unitAxis: Int?
  /// What the axes of the input stand for.
  let inputAxes: TensorReport
  /// What the axes of what is explained stand for; null where losses are.
  let explainedAxes: TensorReport?
  let method: String
  /// The values of all options of the method.
  let methodOptions: [String: String]
  /// The layers that the method looked at, as it was told or as it found them.
  let methodLayers: [String]
  let gradientModifier: String
  let precision: String
  /// Null where losses were explained.
  let requestedTarget: String?
  /// The first unit of the first item; all of them are in `targets`.
  let target: Target?
  let score: Float?
  let probability: Float?
  /// A list for each item of the batch.
  let targets: [[UnitReport]]
  /// How the output's boxes were read; null where no boxes are explained.
  let detector: DetectorReport?
  /// All boxes that were found, a list for each item of the batch; null where no boxes are explained.
  let detections: [[DetectionReport]]?
  let losses: [LossReport]
  /// The tokens of each item; null where the attribution is not for tokens.
  let tokens: [[TokenReport]]?
  /// What is told of a token: the sum or the norm of its row; null where there are no tokens.
  let perToken: String?
  /// The number that the method puts in place of a token to hide it; null where it hides none.
  let hiddenToken: Int?
  /// One for each item of the batch; empty where the method promises no sum.
  let conservation: [ConservationReport]
  let overriddenNodes: [String]
  let activationsNotOverridden: [String]
  /// A check for each item of the batch; null without `--check`.
  let checks: [CheckReport]?
  let preprocessing: PreprocessingReport?
  /// What makes the result again; null where no command does.
  let recipe: Recipe?
  var outputs: [OutputReport]
  var timingsMilliseconds: [String: Double]
}

/// What `--json` prints of a check.
struct CheckReport: Encodable {
  let kind: String
  let claimed: Double
  let measured: Double
  /// The difference as a share of the larger one.
  let error: Double
  let verdict: String
  let text: String

  init(_ check: AttributionCheck) {
    (kind, claimed, measured) = (check.kind.rawValue, check.claimed, check.measured)
    (error, verdict, text) = (check.error, check.verdict.rawValue, check.text)
  }
}

/// What `--json` prints of a comparison.
struct ComparisonReport: Encodable {
  /// A list for each method, of one report for each target.
  let explanations: [[ExplainReport]]
  let input: String
  /// What makes the result again; null where no command does.
  let recipe: Recipe?
  var outputs: [OutputReport]
  var timingsMilliseconds: [String: Double]
}

/// JSON as all commands print it.
enum JSON {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
