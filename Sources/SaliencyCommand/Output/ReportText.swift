import Saliency

// Reports as lines for people.

extension UnitReport {
  /// "tiger cat (282): score 9.12, probability 0.386"
  var text: String {
    (name.map { "\($0) (\(index))" } ?? "\(index)") + ": score \(score.text)"
      + (probability.map { ", probability \($0.text)" } ?? "") + (place.map { ", \($0)" } ?? "")
      + (box.map { ", \($0.corners)" } ?? "")
  }
}

extension DetectionReport {
  /// "55,30 to 80,71"
  var corners: String { "\(x1.pixels),\(y1.pixels) to \(x2.pixels),\(y2.pixels)" }
}

extension DetectorReport {
  /// "yolov8 (proved): one output of 4 + K numbers for each candidate …"
  var text: String { "\(form) (\(origin)): \(summary)" + (remark.map { "; \($0)" } ?? "") }
}

extension Float {
  /// The nearest whole number.
  fileprivate var pixels: String { isFinite && magnitude < 1e9 ? "\(Int(rounded()))" : "\(self)" }
}

extension TensorReport {
  /// "logits NQC (N assumed)"
  var text: String {
    let assumed = zip(layout, origins).filter { $0.1 == RoleOrigin.assumed.rawValue }.map { String($0.0) }
    return "'\(name)' \(layout)" + (assumed.isEmpty ? "" : " (\(assumed.joined(separator: ", ")) assumed)")
  }
}

extension PreprocessingReport {
  /// One line, such as "224×224, bicubic, center of 256, rgb, (p · 1 − 127) / 128".
  var text: String {
    func list(_ values: [Float]) -> String {
      values.allSatisfy { $0 == values[0] }
        ? values[0].text : "[" + values.map(\.text).joined(separator: ", ") + "]"
    }
    let cut =
      shorterSide.map { "center of shorter side \($0.value)" }
      ?? (crop.value == Preprocessing.Crop.letterbox.rawValue ? "letterbox" : "both sides resized")
    return
      "\(size.value[0])×\(size.value[1]), \(resize.value), \(cut), \(channels?.value ?? "gray"), (pixel · \(scale.value.text) − "
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

extension ConservationReport {
  /// "relevance 8.2 of 9.247, off by 11.4 %"
  var text: String {
    "relevance \(Float(attributed).text) of \(Float(explained).text)"
      + (error.map { ", off by \(Float($0 * 100).text) %" } ?? "")
  }
}

extension MaximizationReport {
  /// - Parameter stages: the times.
  func text(stages: String) -> String {
    var lines = ["maximized  \(maximized)"]
    lines += units.map { "unit       " + $0.text }
    lines.append(
      "activation \(Float(activation).text)"
        + (activations.first.map { ", from \(Float($0).text) in \(activations.count) steps" } ?? ""))
    lines += regularizers.map { "less       \($0.name) \(Float($0.value).text) · \($0.weight.text)" }
    lines += outputs.map { "wrote      \($0.path)" }
    lines.append("time       \(stages)")
    return lines.joined(separator: "\n")
  }
}
