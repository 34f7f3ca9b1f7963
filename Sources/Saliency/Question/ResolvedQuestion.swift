public import SaliencyCore

/// A question with everything that had to be decided before it can be computed, and how each decision was made.
public struct ResolvedQuestion: Sendable {
  /// A tensor of the network, and what its axes stand for.
  public struct ResolvedTensor: Sendable, Hashable {
    /// The name of the input, output or layer.
    public let name: String
    /// The extents, as the model has them.
    public let shape: Shape
    /// What each axis stands for, and how that is known.
    public let roles: AxisRoles
  }

  /// What was asked, with the input and the output that are meant.
  public let question: Question
  /// The model, with the input and the output that are meant selected.
  public let model: Model
  /// The input that is explained.
  public internal(set) var input: ResolvedTensor
  /// The layer that the attribution is for; nil where it is for the input itself.
  public let attributionTarget: ResolvedTensor?
  /// The output or layer whose units are explained; nil where losses are.
  public let explained: ResolvedTensor?
  /// Whether that is the network's output, and no layer in its middle.
  public let isOutput: Bool
  /// The final activation, such as "Softmax"; nil where there is none.
  public let finalActivation: String?
  /// Whether the network ends without it, so that it was added to give probabilities.
  public let isActivationAdded: Bool
  /// Whether the attribution is for the rows of an embedding that the input picks, as numbers of tokens have no gradient.
  public let isForEmbedding: Bool
  /// What the input's numbers pick, where they are those of tokens; nil elsewhere.
  public let tokens: TokenInput?
  /// The number that the method puts in place of a token to hide it; nil where it hides none.
  public let hiddenToken: Int?
  /// The number of items in an input of this shape.
  public let itemCount: Int
  /// The number of units that a target may name; 0 where losses are explained.
  public let unitCount: Int
  /// The extents of the axes along which a unit has places; empty where each unit is one number.
  public let placeExtents: [Int]

  /// How the output's boxes are read; nil where no boxes are asked about.
  public let detector: Detector?

  let arranged: ArrangedModel
}

extension Model {
  /// Decides everything about a question that does not depend on the input's numbers, and computes nothing.
  ///
  /// - Parameters:
  ///   - question: what is asked.
  ///   - inputShape: the shape of the input, as the model has it.
  /// - Throws: what ``Explainer/init(_:_:inputShape:preprocessing:executor:)`` throws of a question that makes no sense.
  public func resolve(_ question: Question, inputShape: Shape) throws -> ResolvedQuestion {
    let model = try question.selecting(in: self)
    let arranged = try ArrangedModel(model, inputShape: inputShape, layer: question.layer)
    let tokens = try arranged.tokenInput(inputShape: inputShape)
    let question = arranged.askingEmbedding(question, tokens)
    let explanation = try ExplanationGraph(
      arranged, question.graphQuestion,
      inputShape: arranged.arrangement.arranged(inputShape))
    var resolved = question
    (resolved.inputs, resolved.output) = (model.explainedNames, model.selectedOutput)
    let hidden = try tokens?.hiddenToken(of: question.method, withRespectTo: question.withRespectTo)
    return ResolvedQuestion(
      resolved, arranged, explanation, tokens, hiddenToken: hidden, inputShape: inputShape)
  }
}

extension ResolvedQuestion {
  /// Whether axes stand for something else than an image classifier's: items are not in front, units have places, or the user said so.
  public var hasUnusualAxes: Bool {
    !arranged.arrangement.isIdentity || !placeExtents.isEmpty || !model.layouts.isEmpty
  }

  /// - Parameter inputShape: the shape of the input, as the model has it.
  init(
    _ question: Question, _ arranged: ArrangedModel, _ explanation: ExplanationGraph, _ tokens: TokenInput?,
    hiddenToken: Int?, inputShape: Shape
  ) {
    (self.tokens, self.hiddenToken) = (tokens, hiddenToken)
    self.question = question
    self.arranged = arranged
    model = arranged.model
    var roles = explanation.inputRoles.original(arranged.arrangement)
    if let axis = roles.itemAxis { roles.axes[axis].origin = arranged.origin }
    input = ResolvedTensor(name: explanation.inputLabel, shape: inputShape, roles: roles)
    attributionTarget = explanation.attributionTarget.roles.map {
      ResolvedTensor(
        name: explanation.attributionTarget.layer ?? "", shape: explanation.attributionTarget.shape, roles: $0
      )
    }
    let explained = explanation.explained
    self.explained =
      question.losses.isEmpty
      ? ResolvedTensor(name: explained.layer, shape: explained.shape, roles: explained.roles) : nil
    isOutput = explained.isOutput
    finalActivation = explained.finalActivation
    isActivationAdded = explained.isActivationAdded
    isForEmbedding = explanation.attributionTarget.isEmbedding
    itemCount = arranged.arrangement.itemCount(of: inputShape)
    unitCount = explanation.unitCount
    placeExtents = explained.places.extents
    detector = explanation.detector
  }
}
