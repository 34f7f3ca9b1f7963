import CSaliencyPython
import Saliency
import Synchronization

/// The bytes of a text or a file, with a zero byte behind them.
final class ByteAnswer: @unchecked Sendable {
  // Written in `init` only.
  let bytes: UnsafeMutableBufferPointer<CChar>
  var count: Int { bytes.count - 1 }

  init(_ contents: some Collection<UInt8>) {
    bytes = .allocate(capacity: contents.count + 1)
    for (index, byte) in contents.enumerated() { bytes[index] = CChar(bitPattern: byte) }
    bytes[contents.count] = 0
  }

  convenience init(_ text: String) { self.init(Array(text.utf8)) }

  convenience init(_ report: some Report) throws { self.init(try report.json()) }

  /// A list of reports.
  convenience init(_ reports: [some Report]) throws {
    self.init("[" + (try reports.map { try $0.json() }).joined(separator: ", ") + "]")
  }

  deinit { bytes.deallocate() }
}

/// An answer that has arrays.
protocol NumberAnswer: AnyObject, Sendable {
  var arrays: [OwnedArray] { get }
}

/// Numbers that callers read where they lie.
final class OwnedArray: @unchecked Sendable {
  // Written in `init` only.
  private let numbers: UnsafeMutableBufferPointer<Float>
  private let extents: UnsafeMutableBufferPointer<Int64>
  private let name: UnsafeMutableBufferPointer<CChar>

  init(_ name: String, shape: Shape, values: [Float]) {
    numbers = .allocate(capacity: max(values.count, 1))
    _ = numbers.update(fromContentsOf: values)
    extents = .allocate(capacity: max(shape.count, 1))
    _ = extents.update(fromContentsOf: shape.map(Int64.init))
    let text = Array(name.utf8CString)
    self.name = .allocate(capacity: text.count)
    _ = self.name.update(fromContentsOf: text)
    rank = Int32(shape.count)
  }

  private let rank: Int32

  var described: saliency_array {
    saliency_array(
      data: UnsafePointer(numbers.baseAddress!), shape: UnsafePointer(extents.baseAddress!), rank: rank,
      name: UnsafePointer(name.baseAddress!))
  }

  deinit {
    numbers.deallocate()
    extents.deallocate()
    name.deallocate()
  }
}

/// Numbers by themselves.
final class Numbers: NumberAnswer {
  let arrays: [OwnedArray]

  init(_ arrays: [OwnedArray]) { self.arrays = arrays }
}

/// What was found out about one input, or about several that were explained together.
final class ExplainedInput: NumberAnswer {
  /// How an image is drawn.
  struct DrawingSettings: Decodable {
    var format: String?
    var item: Int?
    var drawing: Recipe.Drawing?
  }

  let explainer: AskedQuestion
  let question: Question
  let attributions: [Attribution]
  private let joint: JointAttribution?
  private let prepared: [PreparedInput]
  private let names: [String]
  /// What a user should know.
  let notes: [String]
  let arrays: [OwnedArray]

  /// - Parameters:
  ///   - explained: the inputs with what was prepared of them, in the order of the attributions.
  init(
    _ attributions: [Attribution], joint: JointAttribution? = nil,
    of explained: [(name: String, PreparedInput)],
    _ question: Question, _ explainer: AskedQuestion, notes: [String]
  ) {
    (self.attributions, self.joint, self.question, self.explainer) = (
      attributions, joint, question, explainer
    )
    (names, prepared, self.notes) = (explained.map(\.name), explained.map(\.1), notes)
    arrays = zip(attributions, explained).map { attribution, explained in
      let values = attribution.values
      // Where it has the input's shape, in that of what was given, which may lack the batch's axis.
      let shape = values.shape == explained.1.tensor.shape ? explained.1.shape : values.shape
      return OwnedArray(attribution.provenance.input, shape: shape, values: values.values)
    }
  }

  /// The target as it was asked for; nil where losses were explained.
  private var target: String? { question.losses.isEmpty ? "\(question.target ?? .top)" : nil }

  func report() throws -> String {
    let reports = zip(attributions, zip(names, prepared)).map { attribution, input in
      ExplainReport(attribution, input: input.0, prepared: input.1, target: target)
    }
    guard let joint else { return try reports[0].json() }
    return try JointReport(joint, explanations: reports, input: names[0]).json()
  }

  func checks() async throws -> [CheckReport] {
    let model = explainer.opened.model
    if let joint {
      let shapes = Dictionary(attributions.map { ($0.provenance.input, $0.input.shape) }) { first, _ in first
      }
      return try await AttributionChecker(
        model, question, inputShapes: shapes, executor: explainer.opened.executor
      ).checks(of: joint).map(CheckReport.init)
    }
    return try await AttributionChecker(
      model, question, inputShape: attributions[0].input.shape, executor: explainer.opened.executor
    ).checks(of: attributions[0]).map(CheckReport.init)
  }

  func heatMap(item: Int) throws -> OwnedArray {
    try requireOne("a heat map")
    let map = try attributions[0].heatMap(item: item)
    return OwnedArray("heatmap", shape: [map.height, map.width], values: map.values)
  }

  /// The bytes of an image.
  func draw(_ settings: DrawingSettings) throws -> [UInt8] {
    let drawing = settings.drawing ?? Recipe.Drawing()
    let text = settings.format ?? "png"
    guard let format = FigureFormat(pathExtension: text) else {
      throw Failure.usage("'\(text)' is no format of images; take png, jpg, webp, svg or pdf")
    }
    return try image(drawing, item: settings.item ?? 0).encoded(as: format)
  }

  private func image(_ drawing: Recipe.Drawing, item: Int) throws -> any WritableImage {
    let style = try drawing.mapStyle()
    let isOriginalSize = drawing.sizeOf == "original"
    func sized(_ figure: Figure) -> Figure {
      var figure = figure
      figure.keepsImageSize = isOriginalSize
      return figure
    }
    if let joint { return sized(try Figure(joint: joint, style: style)) }
    var attribution = attributions[0]
    guard attribution.units.indices.contains(item) else {
      throw Failure.usage("there is no item \(item); the input has \(attribution.units.count)")
    }
    var original: Image?
    if isOriginalSize, let image = prepared[0].image, let preprocessing = prepared[0].preprocessing {
      original = try preprocessing.originalPart(of: image)
      attribution = attribution.shown(on: original!)
    }
    if drawing.keepChannels {
      return sized(try Figure(channelsOf: attribution, item: item, style: style))
    }
    switch drawing.style {
    case "heatmap":
      guard let original else { return try attribution.mapImage(item: item, style: style) }
      return try attribution.mapImage(item: item, style: style, enlargedTo: original)
    case "overlay": return try attribution.overlay(item: item, style: style)
    case "figure": return sized(try attribution.figure(item: item, style: style))
    case let other:
      throw Failure.usage("'\(other)' is no style of images; take figure, overlay or heatmap")
    }
  }

  private func requireOne(_ what: String) throws {
    guard joint == nil else {
      throw Failure.usage("\(what) is of one input; \(attributions.count) were explained together")
    }
  }
}
