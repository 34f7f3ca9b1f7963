public import CSaliencyPython
import FoundationEssentials
import Saliency

/// Where a call puts an object's number.
public typealias HandleOutput = UnsafeMutablePointer<saliency_handle>

private let table = HandleTable.shared

/// The result of a call: what its body gives, or the kind of failure, whose report is put where the caller wants it.
private func answering(_ error: HandleOutput?, _ body: () throws -> Int32) -> Int32 {
  error?.pointee = 0
  do {
    try Owner.require()
    return try body()
  } catch let thrown {
    let failure = Failure(thrown)
    if error != nil, (try? Owner.require()) != nil {
      error!.pointee = table.insert(ByteAnswer((try? failure.report.json()) ?? "{}"))
    }
    return failure.result
  }
}

/// The result of a call that gives an object.
private func giving(
  _ output: HandleOutput?, _ error: HandleOutput?, _ body: () throws -> any AnyObject & Sendable
) -> Int32 {
  output?.pointee = 0
  return answering(error) {
    guard let output else { throw Failure.usage("there is no place for the answer") }
    output.pointee = table.insert(try body())
    return SALIENCY_OK
  }
}

/// Settings in JSON; the usual ones where there are none.
private func settings<Settings: Decodable>(
  _ json: UnsafePointer<CChar>?, _: Settings.Type = Settings.self
) throws -> Settings {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  let contents = try json.map { try text($0, "the settings") } ?? "{}"
  return try decoder.decode(Settings.self, from: Data(contents.utf8))
}

private func inputs(_ inputs: UnsafePointer<saliency_input>?, _ count: Int32) throws -> [Input] {
  guard count >= 0, count <= 1_000_000, count == 0 || inputs != nil else {
    throw Failure.usage("the number of inputs is \(count), or there are none")
  }
  return try (0..<Int(count)).map { try Input(inputs![$0]) }
}

private func model(_ handle: saliency_handle) throws -> OpenedModel {
  try table.object(handle, OpenedModel.self, "model")
}

private func explainer(_ handle: saliency_handle) throws -> AskedQuestion {
  try table.object(handle, AskedQuestion.self, "explainer")
}

private func attribution(_ handle: saliency_handle) throws -> ExplainedInput {
  try table.object(handle, ExplainedInput.self, "attribution")
}

private func task(_ handle: saliency_handle) throws -> PendingTask {
  try table.object(handle, PendingTask.self, "task")
}

// MARK: - Of the library

@c @implementation
public func saliency_interface_version() -> Int32 { SALIENCY_INTERFACE_VERSION }

private let version = ByteAnswer(PackageVersion.current)

@c @implementation
public func saliency_version() -> UnsafePointer<CChar>! { UnsafePointer(version.bytes.baseAddress!) }

@c @implementation
public func saliency_catalog(
  _ list: UnsafePointer<CChar>!, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    switch try list.map({ try text($0, "the name of a list") }) {
    case "methods": try ByteAnswer(MethodsReport())
    case "metrics": try ByteAnswer(MetricsReport())
    case let other: throw Failure.usage("the list '\(other ?? "")' is neither methods nor metrics")
    }
  }
}

@c @implementation
public func saliency_colormap(
  _ name: UnsafePointer<CChar>!, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    let colors = try ColorMap(named: name.map { try text($0, "the name of colors") } ?? "").colors
    return Numbers([
      OwnedArray(
        "colors", shape: [colors.count, 3],
        values: colors.flatMap { [Float($0.red), Float($0.green), Float($0.blue)] })
    ])
  }
}

// MARK: - Of objects

@c @implementation
public func saliency_release(_ object: saliency_handle, _ error: HandleOutput!) -> Int32 {
  answering(error) {
    if let task = try table.remove(object) as? PendingTask {
      task.cancel()
      _ = try? task.wait(milliseconds: nil)
    }
    return SALIENCY_OK
  }
}

@c @implementation
public func saliency_bytes(
  _ object: saliency_handle, _ bytes: UnsafeMutablePointer<UnsafePointer<CChar>?>!,
  _ count: UnsafeMutablePointer<Int>!, _ error: HandleOutput!
) -> Int32 {
  answering(error) {
    guard let bytes, let count else { throw Failure.usage("there is no place for the answer") }
    let answer = try table.object(object, ByteAnswer.self, "text or file")
    (bytes.pointee, count.pointee) = (UnsafePointer(answer.bytes.baseAddress!), answer.count)
    return SALIENCY_OK
  }
}

@c @implementation
public func saliency_numbers(
  _ object: saliency_handle, _ index: Int32, _ array: UnsafeMutablePointer<saliency_array>!,
  _ error: HandleOutput!
) -> Int32 {
  answering(error) {
    guard let array else { throw Failure.usage("there is no place for the answer") }
    let arrays = try table.object(object, (any NumberAnswer).self, "attribution or numbers").arrays
    guard arrays.indices.contains(Int(index)) else {
      throw Failure.usage("there is no array \(index); there are \(arrays.count)")
    }
    array.pointee = arrays[Int(index)].described
    return SALIENCY_OK
  }
}

// MARK: - Models and questions

@c @implementation
public func saliency_open(
  _ file: UnsafePointer<saliency_input>!, _ json: UnsafePointer<CChar>!, _ output: HandleOutput!,
  _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    guard let file else { throw Failure.usage("there is no file") }
    return try OpenedModel(Input(file.pointee), settings(json))
  }
}

@c @implementation
public func saliency_inspect(
  _ handle: saliency_handle, _ json: UnsafePointer<CChar>!, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) { try ByteAnswer(model(handle).inspect(settings(json))) }
}

@c @implementation
public func saliency_ask(
  _ handle: saliency_handle, _ json: UnsafePointer<CChar>!, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) { try AskedQuestion(model(handle), settings(json)) }
}

// MARK: - Tasks

@c @implementation
public func saliency_explain(
  _ handle: saliency_handle, _ target: UnsafePointer<CChar>!, _ given: UnsafePointer<saliency_input>!,
  _ count: Int32, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    let explainer = try explainer(handle)
    let target = try target.map { try Target(parsing: text($0, "the target")) }
    let inputs = try inputs(given, count)
    return PendingTask(reading: inputs, model: explainer.opened.model.path) { progress in
      try await explainer.explain(target, inputs, progress)
    }
  }
}

@c @implementation
public func saliency_predict(
  _ handle: saliency_handle, _ top: Int32, _ given: UnsafePointer<saliency_input>!, _ count: Int32,
  _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    let explainer = try explainer(handle)
    guard top >= 0 else { throw Failure.usage("top has to be at least 1, not \(top)") }
    let inputs = try inputs(given, count)
    return PendingTask(reading: inputs, model: explainer.opened.model.path) { _ in
      try ByteAnswer(try await explainer.predict(top: Int(top), inputs))
    }
  }
}

@c @implementation
public func saliency_compute(
  _ handle: saliency_handle, _ given: UnsafePointer<saliency_input>!, _ count: Int32, _ output: HandleOutput!,
  _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    let explainer = try explainer(handle)
    let inputs = try inputs(given, count)
    return PendingTask(reading: inputs, model: explainer.opened.model.path) { _ in
      try await explainer.compute(inputs)
    }
  }
}

@c @implementation
public func saliency_evaluate(
  _ handle: saliency_handle, _ json: UnsafePointer<CChar>!, _ given: UnsafePointer<saliency_input>!,
  _ count: Int32, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    let explainer = try explainer(handle)
    let settings = try settings(json, AskedQuestion.EvaluationSettings.self)
    let inputs = try inputs(given, count)
    return PendingTask(reading: inputs, model: explainer.opened.model.path) { _ in
      try ByteAnswer(try await explainer.evaluate(settings, inputs))
    }
  }
}

@c @implementation
public func saliency_export(
  _ handle: saliency_handle, _ target: UnsafePointer<CChar>!, _ json: UnsafePointer<CChar>!,
  _ given: UnsafePointer<saliency_input>!, _ count: Int32, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    let explainer = try explainer(handle)
    let settings = try settings(json, AskedQuestion.ExportSettings.self)
    let target = try target.map { try text($0, "the target") }
    let inputs = try inputs(given, count)
    return PendingTask(reading: inputs, model: explainer.opened.model.path) { _ in
      try ByteAnswer(try await explainer.export(settings, target: target, inputs))
    }
  }
}

@c @implementation
public func saliency_check(
  _ handle: saliency_handle, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) {
    let explained = try attribution(handle)
    return PendingTask(reading: [], model: explained.explainer.opened.model.path) { _ in
      try ByteAnswer(try await explained.checks())
    }
  }
}

@c @implementation
public func saliency_wait(
  _ handle: saliency_handle, _ milliseconds: Int32, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  output?.pointee = 0
  return answering(error) {
    guard let output else { throw Failure.usage("there is no place for the answer") }
    guard let answer = try task(handle).wait(milliseconds: Int(max(milliseconds, 0))) else {
      return SALIENCY_RUNNING
    }
    output.pointee = table.insert(answer)
    return SALIENCY_OK
  }
}

@c @implementation
public func saliency_cancel(_ handle: saliency_handle, _ error: HandleOutput!) -> Int32 {
  answering(error) {
    try task(handle).cancel()
    return SALIENCY_OK
  }
}

@c @implementation
public func saliency_progress(
  _ handle: saliency_handle, _ done: UnsafeMutablePointer<Int64>!, _ total: UnsafeMutablePointer<Int64>!,
  _ error: HandleOutput!
) -> Int32 {
  answering(error) {
    guard let done, let total else { throw Failure.usage("there is no place for the answer") }
    let progress = try task(handle).progress
    (done.pointee, total.pointee) = (Int64(progress.done), Int64(progress.total))
    return SALIENCY_OK
  }
}

// MARK: - Attributions

@c @implementation
public func saliency_report(
  _ handle: saliency_handle, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) { ByteAnswer(try attribution(handle).report()) }
}

@c @implementation
public func saliency_notes(
  _ handle: saliency_handle, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  output?.pointee = 0
  return answering(error) {
    guard let output else { throw Failure.usage("there is no place for the answer") }
    let notes = try attribution(handle).notes
    if !notes.isEmpty { output.pointee = table.insert(ByteAnswer(try JSONEncoder().encode(notes))) }
    return SALIENCY_OK
  }
}

@c @implementation
public func saliency_heatmap(
  _ handle: saliency_handle, _ item: Int32, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) { Numbers([try attribution(handle).heatMap(item: Int(item))]) }
}

@c @implementation
public func saliency_draw(
  _ handle: saliency_handle, _ json: UnsafePointer<CChar>!, _ output: HandleOutput!, _ error: HandleOutput!
) -> Int32 {
  giving(output, error) { ByteAnswer(try attribution(handle).draw(settings(json))) }
}
