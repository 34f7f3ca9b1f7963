internal import FoundationEssentials
internal import Saliency

/// A classifier of images with what is asked of it.
struct AskedModel: Sendable {
  let model: Model
  let batch: BatchExplainer
  let labels: Labels?
  let preprocessing: Preprocessing
  /// How images are prepared, with every value.
  var preparation: PreprocessingSettings { PreprocessingSettings(preprocessing) }
  var unitCount: Int { batch.explainer.unitCount }

  /// Compiles a question.
  ///
  /// - Throws: `SaliencyError` where the model is no classifier of images.
  init(_ model: Model, _ question: Question, labels: Labels?, _ executor: Executor) async throws {
    var question = question
    question.target = nil
    let model = try question.selecting(in: model)
    // Any image shows the shape of the input.
    let sample = Image(width: 8, height: 8, filledWith: Color(gray: 128))
    let prepared = try model.prepare(.image(sample), overrides: question.preparation, origin: "settings")
    preprocessing = prepared.preprocessing!
    question.preparation = PreprocessingSettings(preprocessing)
    batch = try await BatchExplainer(model, question, itemShape: prepared.tensor.shape, executor)
    let resolved = batch.explainer.provenance.resolved
    guard resolved.detector == nil, resolved.placeExtents.isEmpty, resolved.isOutput,
      resolved.attributionTarget == nil
    else {
      throw SaliencyError(
        .invalidSetting,
        "an audit asks which class an image is of, and needs a network that gives one number for each class",
        file: model.path)
    }
    try batch.explainer.check(labels)
    self.labels = batch.explainer.labels(labels)
    self.model = model
  }

  /// What an audit of it is of.
  func identity(_ data: DataSet) throws -> AuditIdentity {
    var question = batch.explainer.provenance.resolvedQuestion
    question.preparation = preparation
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return AuditIdentity(
      modelName: model.name, modelDigest: model.digest,
      question: String(decoding: try encoder.encode(question), as: UTF8.self),
      method: batch.explainer.provenance.methodSpecification,
      classNames: (0..<unitCount).map { labels?.name(of: $0) }, data: absolutePath(data.root),
      arrangement: data.arrangement.rawValue)
  }
}

extension AuditIdentity {
  /// Throws where a folder has an audit of something else.
  ///
  /// - Parameters:
  ///   - other: what it is of.
  ///   - data: the images that are asked about now, before any are left out.
  func require(sameAs other: AuditIdentity, _ data: DataSet, _ store: AuditStore) throws {
    func refuse(_ what: String) -> SaliencyError {
      SaliencyError(
        .invalidSetting, "the folder has the audit of \(what); give another folder with -o", file: store.path)
    }
    guard modelDigest == other.modelDigest else {
      throw refuse("another model, '\(ReportText.printable(other.modelName))', whose bytes differ")
    }
    guard question == other.question else {
      throw refuse(
        method == other.method
          ? "another question, \(ReportText.printable(other.question, limit: 2_000))"
          : "another method, '\(ReportText.printable(other.method))'")
    }
    if let index = classNames.indices.first(where: { classNames[$0] != other.classNames[$0] }) {
      func name(_ identity: AuditIdentity) -> String {
        identity.classNames[index].map { "'\(ReportText.printable($0))'" } ?? "nothing"
      }
      throw refuse("other labels, which call class \(index) \(name(other)) and not \(name(self))")
    }
    guard self.data != other.data else { return }
    // A data set that has moved has the same images.
    let paths = Set(data.entries.map { Array($0.path.utf8) })
    if let missing = try store.paths().first(where: { !paths.contains(Array($0.utf8)) }) {
      throw refuse(
        "another data set, '\(ReportText.printable(other.data))', which has '\(ReportText.printable(missing))'"
      )
    }
  }
}
