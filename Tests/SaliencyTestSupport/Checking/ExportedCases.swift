import FoundationEssentials
import NumPyFormat
import ONNXFormat
import SaliencyCore
import Synchronization

/// Graphs under test, written as ONNX models with their inputs and what they have to give, for another program to run.
///
/// They are written into the folder that the environment variable `SALIENCY_EXPORT_CASES` names; none where it is not set.
/// `Scripts/check-exported-operations.py` runs them in ONNX Runtime.
enum ExportedCases {
  private static let folder = ProcessInfo.processInfo.environment["SALIENCY_EXPORT_CASES"]
  private static let count = Mutex(0)

  /// Writes a graph, inputs by label, and the outputs that are right.
  static func add(
    _ graph: Graph, _ inputs: [String: Tensor], _ expected: [ReferenceTensor], named name: String
  ) throws {
    guard let folder else { return }
    let number = count.withLock { count in
      count += 1
      return count
    }
    let place = "\(folder)/\(number)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try Data(name.utf8).write(to: URL(filePath: "\(place)/name.txt"))
    // About every other one in the faster form, the same in each run, whatever the order of tests.
    let variant = name.utf8.reduce(0) { $0 + Int($1) }
    var options = GraphExporter.Options()
    options.prefersSpeed = variant.isMultiple(of: 2)
    options.operatorSet = GraphExporter.operatorSets.lowerBound + variant % GraphExporter.operatorSets.count
    let outputs = expected.indices.map { (name: "output \($0)", position: $0) }
    switch exported(graph, outputs, options) {
    case .success(let model): try model.write(to: "\(place)/model.onnx")
    case .failure(let error):
      return try Data(error.description.utf8).write(to: URL(filePath: "\(place)/refused.txt"))
    }
    for (label, tensor) in inputs {
      try NumPyArray(shape: tensor.shape, values: tensor.values).write(to: "\(place)/input \(label).npy")
    }
    for (index, tensor) in expected.enumerated() {
      try NumPyArray(shape: tensor.shape, values: tensor.values.map { Float($0) }).write(
        to: "\(place)/output \(index).npy")
    }
  }

  private static func exported(
    _ graph: Graph, _ outputs: [(name: String, position: Int)], _ options: GraphExporter.Options
  ) -> Result<ExportedModel, ONNXError> {
    Result { () throws(ONNXError) in
      try GraphExporter(graph).model(outputs: outputs, options: options, file: "model.onnx")
    }
  }
}
