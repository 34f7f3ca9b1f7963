import SaliencyCore

/// The units that a target may name: those of the network's output or of a layer.
struct ExplainedUnits {
  /// What is explained: items×units, and the places of a unit behind them.
  let units: Value
  /// The numbers of the same units before a final activation, which choose the best of them.
  let scores: Value
  /// The probabilities of the same units; nil where there are none.
  let probabilities: Value?
  /// What the units are, for reports.
  let explained: Explained

  /// Which value of the network is explained.
  struct Explained: Sendable, Hashable {
    /// Whether probabilities are reported: those of the network, or of an added softmax where that is wanted, asked for, or labels say that
    /// each unit is a class.
    func reportsProbabilities(of unitCount: Int, labels: Labels?, addsSoftmax: Bool?) -> Bool {
      guard isActivationAdded, side == .score else { return true }
      return addsSoftmax ?? (!areShares && labels?.names.count == unitCount)
    }

    /// What ``finalActivation`` is where an arg-max alone stands at the end.
    static let argMax = "arg-max"

    var layer: String
    var side: OutputSide
    /// Whether that is the network's output, and no layer in its middle.
    var isOutput = true
    /// Whether the units are the network's classes, which labels name, before or after the final activation.
    var areClasses = true
    /// What stands between the score and the probability, such as "Softmax"; nil where there is nothing.
    var finalActivation: String?
    /// Whether that was added because the network ends without one.
    var isActivationAdded = false
    /// Whether it is what a final arg-max chooses from.
    var isBeforeArgMax = false
    /// Whether the network ends without one, and all its numbers are sure to be from 0 to 1, as those of a hard sigmoid are: no softmax is assumed.
    var areShares = false
    /// The axis along which a layer's units lie, where it has more axes than batch and units.
    var unitAxis: Int?
    /// The shape of what is explained, as the network has it.
    var shape: Shape = []
    /// What its axes stand for.
    var roles = AxisRoles([])
    /// The places of a unit.
    var places = PlaceGrid(extents: [], roles: [])
    /// Where the classes stand among the units, where those are the raw numbers of a detector's candidates; nil where they are not.
    var detectedClasses: DetectedClasses?
  }

  /// The units of `layer`, or of the network's output where it is nil or gives just that.
  ///
  /// - Parameters:
  ///   - addsSoftmax: whether somebody says that a softmax is added, at each place, too, or that none is.
  ///   - finder: what reads the network's graph; a new one where nil.
  init(
    _ network: Network, _ builder: GraphBuilder, layer: Network.Layer?, side: OutputSide,
    addsSoftmax: Bool? = nil, _ finder: AxisRoleFinder? = nil
  ) throws {
    let finder = finder ?? AxisRoleFinder(network.graph)
    let output = network.outputs[0]
    let isOutput = layer == nil || layer!.node == output.node
    let node = isOutput ? output.node : layer!.node
    let ends = FinalActivation(of: builder.value(at: output.node))
    var explained = Explained(layer: layer?.name ?? output.name, side: side)
    explained.isOutput = isOutput
    explained.areClasses = isOutput || node == ends.score.index
    explained.shape = network.graph.nodes[node].shape
    let names = [layer?.name, isOutput ? output.name : nil].compactMap(\.self)
    explained.roles = try network.roles(
      of: node, names: names,
      softmaxAxis: explained.areClasses ? ends.axis ?? network.finalArgMax?.axis : nil,
      finder)
    let arrangement = Arrangement(explained.roles)
    explained.places = PlaceGrid(
      extents: arrangement.places.map { explained.shape[$0] },
      roles: arrangement.places.map { explained.roles.axes[$0].role },
      inputExtents: try network.inputPlaceExtents(finder))
    if !isOutput {
      guard addsSoftmax != true else {
        throw SaliencyError(
          .invalidSetting,
          "a softmax is added behind the network's output, and layer '\(explained.layer.printable())' is explained; leave one of both out"
        )
      }
      explained.unitAxis = explained.shape.count > 2 ? explained.roles.unitAxis : nil
      units = arrangement.apply(to: builder.value(at: node))
      (scores, probabilities) = (units, nil)
      self.explained = explained
      return
    }
    scores = arrangement.apply(to: ends.score)
    var after = ends.probability.map(arrangement.apply)
    explained.isBeforeArgMax = network.finalArgMax != nil
    explained.finalActivation = ends.name ?? (explained.isBeforeArgMax ? Explained.argMax : nil)
    if after == nil, addsSoftmax == true, scores.shape[1] == 1 {
      throw SaliencyError(
        .invalidSetting, "a softmax is asked for, but the output has one unit, of which it is always 1")
    }
    if after == nil, addsSoftmax == true || explained.places.extents.isEmpty, scores.shape[1] > 1 {
      after = scores.applying(Softmax(axis: 1))
      explained.finalActivation = Softmax.name
      explained.isActivationAdded = true
      explained.areShares = NumberBounds(of: ends.score).areShares
    }
    probabilities = after
    switch side {
    case .score: units = scores
    case .probability:
      guard !explained.areShares || addsSoftmax == true else {
        throw SaliencyError(
          .invalidSetting,
          "the network ends without softmax or sigmoid, and its numbers are from 0 to 1 as they are; explain its score"
        )
      }
      guard let after else {
        throw SaliencyError(
          .invalidSetting,
          "the network ends without softmax or sigmoid, and its output is no list of classes; explain its score"
        )
      }
      units = after
    }
    explained.detectedClasses = try DetectedClasses(network, unitCount: units.shape[1], explained)
    self.explained = explained
  }

  /// The numbers of a detector's candidates.
  init(_ boxes: DetectedUnits, _ network: Network, side: OutputSide) {
    (units, scores, probabilities) = (boxes.numbers, boxes.numbers, nil)
    var explained = Explained(layer: network.outputs[0].name, side: side)
    explained.finalActivation = boxes.detector.channels.activation
    explained.shape = units.shape
    explained.roles = AxisRoles([.init(.items, .proved), .init(.units, .proved), .init(.query, .proved)])
    explained.places = PlaceGrid(extents: [units.shape[2]], roles: [.query])
    self.explained = explained
  }

  /// One number a unit, items×units, where a unit with places has its mean over them.
  var means: Value {
    let axes = Array(units.shape.indices.dropFirst(2))
    return axes.isEmpty ? units : units.mean(axes, keepsAxes: false)
  }

  /// The axes of a tensor as items, units and places.
  private struct Arrangement {
    let order: [Int]
    let places: [Int]
    private let hasItems: Bool
    private let hasUnits: Bool

    init(_ roles: AxisRoles) {
      let leading = [roles.itemAxis, roles.unitAxis]
      places = roles.axes.indices.filter { !leading.contains($0) }
      order = leading.compactMap(\.self) + places
      (hasItems, hasUnits) = (roles.itemAxis != nil, roles.unitAxis != nil)
    }

    func apply(to value: Value) -> Value {
      let moved = order == Array(order.indices) ? value : value.transposed(order)
      var shape = moved.shape
      if !hasItems { shape.insert(1, at: 0) }
      if !hasUnits { shape.insert(1, at: 1) }
      return shape == moved.shape ? moved : moved.reshaped(to: shape)
    }
  }
}
