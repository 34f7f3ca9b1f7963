import Saliency
import SaliencyCore

/// What `bench` prints.
struct BenchReport: Encodable {
  struct Times: Encodable {
    let medianMs: Double
    let minMs: Double

    init(_ timing: Benchmark.Timing) {
      (medianMs, minMs) = (timing.median.roundedToMicroseconds, timing.minimum.roundedToMicroseconds)
    }
  }

  /// The bare convolutions and matrix products.
  struct Limit: Encodable {
    let forward: Times
    let gradient: Times
  }

  struct Profile: Encodable {
    struct Share: Encodable {
      let name: String
      let steps: Int
      let ms: Double
      let share: Double
    }

    struct Step: Encodable {
      let node: String
      let kind: String
      /// Null for kernels of our own.
      let implementation: String?
      let ms: Double
    }

    let ms: Double
    let kinds: [Share]
    let nodes: [Share]
    let steps: [Step]

    init(_ profile: PlanProfile) {
      func shares(_ shares: [PlanProfile.Share]) -> [Share] {
        shares.map {
          Share(
            name: $0.name, steps: $0.stepCount, ms: $0.milliseconds.roundedToMicroseconds,
            share: ($0.fraction * 1e4).rounded() / 1e4)
        }
      }
      ms = profile.milliseconds.roundedToMicroseconds
      (kinds, nodes) = (shares(profile.kinds), shares(profile.nodes))
      steps = profile.steps.map {
        Step(
          node: $0.node, kind: $0.kind, implementation: $0.implementation,
          ms: $0.milliseconds.roundedToMicroseconds)
      }
    }
  }

  let model: String
  let threads: Int
  let precision: String
  let batch: Int
  /// How many items of the batch run at once, which memory and profile are of; nil where all of them do.
  let itemsAtOnce: Int?
  let forward: Times
  let gradient: Times
  /// The intermediate results of the explanation.
  let arenaBytes: Int
  /// The weights of the explanation, as they are packed to be run.
  let packedWeightBytes: Int
  /// Of the whole process, which holds the network twice: with its explanation and without.
  let peakResidentBytes: Int?
  /// Of the map with the one in single precision; where another is measured.
  var rankCorrelation: Double?
  var limit: Limit?
  var profile: Profile?

  init(model: String, threads: Int, benchmark: Benchmark, forward: Times, gradient: Times) {
    self.model = model
    self.threads = threads
    precision = benchmark.precision.rawValue
    let shape = benchmark.explainer.inputShape
    batch = shape.count > 1 ? shape[0] : 1
    itemsAtOnce = benchmark.explainer.itemsAtOnce < batch ? benchmark.explainer.itemsAtOnce : nil
    (self.forward, self.gradient) = (forward, gradient)
    arenaBytes = benchmark.explainer.plan.arenaByteCount
    packedWeightBytes = benchmark.explainer.plan.constantByteCount
    peakResidentBytes = PeakMemory.byteCount
  }

  func text(method: String, shape: Shape) -> String {
    var rows = [["", "median", "shortest"], row("forward", forward), row(method, gradient)]
    if let limit {
      rows += [row("bare primitives, forward", limit.forward), row("bare primitives", limit.gradient)]
    }
    var lines = [
      "\(model): \(shape.text), \(precision), \(threads) thread\(threads == 1 ? "" : "s")"
        + (itemsAtOnce.map { ", \($0) at a time" } ?? ""), "",
      Table.rows(rows), "",
      "intermediate results \(arenaBytes.byteText), packed weights \(packedWeightBytes.byteText)"
        + (peakResidentBytes.map { ", at most resident \($0.byteText)" } ?? ""),
    ]
    if let rankCorrelation {
      lines.append("the map's rank correlation with fp32 is \(Self.text(rankCorrelation))")
    }
    if let limit {
      let ratio = gradient.minMs / limit.gradient.minMs
      lines.append("\(method) takes \(Self.text(ratio)) × its bare primitives")
    }
    if let profile {
      lines += ["", "by kind of work (\(Self.text(profile.ms)) ms in \(profile.steps.count) steps)"]
      lines.append(Self.table(profile.kinds))
      lines += ["", "by node"]
      lines.append(Self.table(profile.nodes))
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ name: String, _ times: Times) -> [String] {
    [name, Self.text(times.medianMs) + " ms", Self.text(times.minMs) + " ms"]
  }

  private static func table(_ shares: [Profile.Share]) -> String {
    Table.rows(
      shares.map {
        [
          text($0.ms) + " ms", text($0.share * 100) + " %", "\($0.steps) step\($0.steps == 1 ? "" : "s")",
          $0.name.isEmpty ? "(without a name)" : $0.name.printable(),
        ]
      })
  }

  private static func text(_ value: Double) -> String { Float(value).text }
}

extension Double {
  /// Of a number of milliseconds.
  fileprivate var roundedToMicroseconds: Double { (self * 1e3).rounded() / 1e3 }
}
