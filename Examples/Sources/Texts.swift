import Saliency
import SaliencyCore

extension Example {
  /// Which bytes make a text a Python program.
  static let texts = Example("text") { files in
    // snippet: a text
    let model = try Model(contentsOf: files.model("languages.onnx"))
    let text = try Tensor(contentsOf: files.data("text-python.npy"))
    let question = Question(.unit(1), method: Method(IntegratedGradients()))
    let explainer = try await Explainer(model, question, inputShape: text.shape)
    let attribution = try await explainer.attribution(of: text)
    let strongest = attribution.tokens()?.max { abs($0.value) < abs($1.value) }
    // end
    print("strongest:", strongest?.text ?? "none")
    try attribution.figure().rendered().write(to: files.image("text.png"))
  }
}
