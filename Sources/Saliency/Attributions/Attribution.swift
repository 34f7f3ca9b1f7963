public import SaliencyCore
public import SaliencyImage

/// How much each element of an input matters, and how that was found out.
public struct Attribution: Sendable {
  /// A unit that was explained.
  public struct Unit: Sendable, Equatable {
    /// The unit's index; of a box that of its class.
    public let index: Int
    /// The unit's name; nil where no labels were given, or they have none for it.
    public let name: String?
    /// The number before the final softmax or sigmoid; where the unit has places, their sum as ``place`` says.
    public let score: Float
    /// The number after it, nil where there is none.
    public let probability: Float?
    /// Where the unit was explained, such as "mean over 84 places" or "at place 4x30 of 20×60"; nil where units have no places.
    public var place: String? { places?.text }
    let places: ExplainedPlaces?
    /// The box that was explained, in pixels of the network's input; nil where that is none.
    public var detection: Detection? { box?.detection }
    /// Which number of the box was explained; nil where that is none.
    public var boxQuantity: BoxQuantity? { box?.quantity }
    let box: ExplainedBox?
    private let unit: Int

    /// A unit with its numbers.
    ///
    /// - Parameters:
    ///   - part: the unit and its places.
    ///   - name: what it is called; nil where that is not known.
    ///   - scores: the numbers of all units.
    ///   - probabilities: the probabilities of all units; nil where there are none.
    init(_ part: ExplainedPart, name: String?, scores: ExplainedValues, probabilities: ExplainedValues?) {
      (unit, index) = (part.unit, part.box?.detection.classIndex ?? part.unit)
      (self.name, places, box) = (name, part.places, part.box)
      score = part.sum(of: scores.scores(of: part.box?.scoreUnit ?? part.unit))
      probability =
        part.box.map { $0.quantity == .score ? $0.detection.score : nil }
        ?? probabilities.map { part.sum(of: $0.scores(of: part.unit)) }
    }

    /// What was explained, to be asked again.
    var part: ExplainedPart { ExplainedPart(unit: unit, places: places, box: box) }
  }

  /// A loss that was explained.
  public struct LossValue: Sendable, Equatable {
    /// The loss's name.
    public let name: String
    /// The factor that it had in the sum.
    public let weight: Float
    /// What it came to: a number for each item of the batch, or one where the loss has no batch.
    public let values: [Float]
  }

  /// What was asked and what was done to answer it.
  public struct Provenance: Sendable {
    /// The model; its name and digest say which.
    public let model: Model
    /// What was asked, with the modifier that was applied.
    public internal(set) var question: Question
    /// The name of the input.
    public internal(set) var input: String
    /// Where images of that input have their channels.
    public internal(set) var layout: ImageLayout
    /// What was decided about the question, such as what the axes of the input and of what is explained stand for.
    public internal(set) var resolved: ResolvedQuestion
    /// How the output's boxes were read; nil where no boxes were asked about.
    public var detector: Detector? { resolved.detector }
    /// How the input's items are brought to the front.
    var arrangement: InputArrangement { resolved.arranged.arrangement }
    /// How those of the values are, which belong to the input or to a layer.
    var valueArrangement: InputArrangement {
      guard withRespectTo != nil, let source = resolved.attributionTarget else { return arrangement }
      return InputArrangement(itemAxis: source.roles.itemAxis)
    }
    /// The layer that the attribution is for; nil where it is for the input itself.
    public let withRespectTo: String?
    /// The axis of the attribution along which channels lie; nil where there are none beside the batch and one list of features.
    public var channelAxis: Int? { arrangedChannelAxis.flatMap(valueArrangement.originalAxis) }
    /// The same with the items in front.
    var arrangedChannelAxis: Int?
    /// The layer or output that was explained, or the formula of the losses.
    public let layer: String
    /// Whether that is the network's output, and no layer in its middle.
    public let isOutput: Bool
    /// Which side of the final activation was explained.
    public let side: OutputSide
    /// The final activation, such as "Softmax"; nil where there is none.
    public internal(set) var finalActivation: String?
    /// Whether the network ends without it, so that it was assumed to give probabilities.
    public internal(set) var isActivationAdded: Bool
    /// The axis of the layer's result along which its units lie, where that is not plain.
    public let unitAxis: Int?
    /// The method's name.
    public let method: String
    /// The values of all of the method's options, with layers by the names that were found for them.
    public let methodOptions: [MethodOption]
    /// The layers that the method looked at, as it was told or as it found them; none of most methods.
    public let methodLayers: [String]
    /// The gradient modifier.
    public let modifier: String
    /// What it was computed with.
    public let precision: Precision
    /// What the method promises about its values, without a modifier.
    var guarantee: AttributionGuarantee
    /// Whether the modifier changed anything.
    let isModified: Bool
    /// Whether the values have a sign worth showing.
    public let isSigned: Bool
    /// The method as people write it, with the options that have other values than usual and the layers that it looked at:
    /// `grad-cam:layer=conv5`.
    public var methodSpecification: String { Method.shortSpecification(method, methodOptions) }
    /// Whether the values are meant to add up to what is explained; see ``Attribution/conservation(item:)``.
    public var conservesScore: Bool {
      if case .output = guarantee { !isModified } else { false }
    }
    /// The layers whose derivative the method replaced.
    public let overriddenLayers: [String]
    /// The activations that kept their derivative.
    public let keptActivations: [String]
  }

  /// The signed values, after the gradient modifier and before any normalization, in the shape and layout of the input, or of the
  /// layer that they are for.
  public var values: Tensor { provenance.valueArrangement.original(arrangedValues) }
  /// The same with the items in front.
  let arrangedValues: Tensor
  /// The explained units, a list for each item of the batch; empty lists where losses were explained.
  public let units: [[Unit]]
  /// The explained losses; empty where units were explained.
  public let losses: [LossValue]
  /// All boxes that a detector found, a list for each item of the batch, by falling score and in pixels of the network's input; empty where no
  /// boxes were asked about.
  public internal(set) var detections: [[Detection]] = []
  /// The tensor that was explained.
  public var input: Tensor { provenance.arrangement.original(arrangedInput) }
  /// The same with the items in front.
  let arrangedInput: Tensor
  /// The part of the image that the network saw, at the network's size unless ``shown(on:)`` gave another; nil where a tensor was given.
  public internal(set) var image: Image?
  /// What the tokens of each item are called, where that was said.
  public internal(set) var tokenNames: [[String]]? = nil
  /// What was asked and what was done to answer it.
  public internal(set) var provenance: Provenance
}
