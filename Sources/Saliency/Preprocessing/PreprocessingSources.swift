internal import FileAccess
import SaliencyCore
internal import SaliencyImage

extension Model {
  /// How images become tensors for this model.
  ///
  /// Each value is taken from the first source that has it: `overrides`, `MODEL.saliency.json` beside the model, the
  /// ONNX metadata under `saliency.preprocessing`, Hugging Face's `preprocessor_config.json` and timm's `config.json`
  /// in the model's folder, layers or nodes of the model that normalize pixels themselves, and last a guess: for three channels
  /// ImageNet's mean and deviation, or 0…1 where the channels come last, and for one channel 0…1. An input of integers gets
  /// the pixels as they are, 0…255, whatever such files beside the model say. Where a source gives some of scale, mean and
  /// deviation, nothing is guessed of the others: there is no mean and no deviation then.
  ///
  /// - Parameters:
  ///   - overrides: values that the caller knows.
  ///   - origin: what the origin of these values is called.
  /// - Throws: `SaliencyError` where the input is no image (batch×1|3×height×width), no source has a size, the size does
  ///   not fit the model, or a file of settings is damaged.
  public func preprocessing(
    overrides: PreprocessingSettings = .init(), origin: String = "settings"
  ) throws(SaliencyError) -> Preprocessing {
    let input = try explainedInput()
    let dimensions = input.dimensions
    let axes = imageAxes
    let layout = axes?.layout ?? imageLayout
    let reading = source.reading(ofInput: input.name)
    let saidCount = dimensions.flatMap { dimensions in axes.flatMap { dimensions[$0.channels] } }
    let channelCount = saidCount ?? reading.channelCount
    if let dimensions, axes == nil || (channelCount != nil && ![1, 3].contains(channelCount)) {
      let text = dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: "×")
      let mayBeOne = dimensions.count == 3 && ImageLayout(of: [nil] + dimensions) != nil
      throw SaliencyError(
        .invalidInput,
        "the input is \(text), which is no image (\(layout.text)); give a .npy tensor"
          + (mayBeOne ? ", or say that its axes are CHW or HWC" : ""), file: path)
    }
    var sources: [(origin: String, settings: PreprocessingSettings)] = [(origin, overrides)]
    try append(settingsFile: settingsPath, to: &sources) { try .init(saliency: $0) }
    if let text = metadata["saliency.preprocessing"] {
      do {
        sources.append(("ONNX metadata", try .init(saliency: try JSONValue(parsing: Array(text.utf8)))))
      } catch {
        throw SaliencyError(
          .invalidFile, "the metadata 'saliency.preprocessing' cannot be understood: \(error)", file: path)
      }
    }
    if input.integerRange != nil {
      var integers = PreprocessingSettings()
      (integers.scale, integers.mean, integers.standardDeviation) = (1, [0], [1])
      sources.append(("input of type \(input.elementType)", integers))
    }
    if let detector = ultralyticsSettings { sources.append(("Ultralytics metadata", detector)) }
    try append(settingsFile: folder.map { $0 + "preprocessor_config.json" }, to: &sources) {
      try .init(huggingFace: $0)
    }
    try append(settingsFile: folder.map { $0 + "config.json" }, to: &sources) { try .init(timm: $0) }

    if let pixelScale = reading.pixelScale {
      var normalized = PreprocessingSettings()
      (normalized.scale, normalized.mean, normalized.standardDeviation) = (pixelScale, [0], [1])
      sources.append((reading.scaleOrigin, normalized))
    }
    if let rest = Self.rest(of: sources.map(\.settings)) { sources.append(("not given", rest)) }

    var guess = PreprocessingSettings()
    let extents = dimensions.flatMap { dimensions in axes?.spatial.map { dimensions[$0] } }
    if let extents, let height = extents[0], let width = extents[1] { guess.size = [height, width] }
    guess.filter = .bilinear
    guess.crop = .center
    guess.channels = .rgb
    guess.scale = 1 / 255
    let isUnscaled = channelCount == 1 || layout == .channelsLast
    guess.mean = isUnscaled ? [0] : [0.485, 0.456, 0.406]
    guess.standardDeviation = isUnscaled ? [1] : [0.229, 0.224, 0.225]
    sources.append((PreprocessingSettings.guess, guess))

    func first<Value>(_ key: KeyPath<PreprocessingSettings, Value?>) -> Preprocessing.Sourced<Value>? {
      for source in sources {
        if let value = source.settings[keyPath: key] { return .init(value: value, origin: source.origin) }
      }
      return nil
    }
    guard let size = first(\.size) else {
      throw SaliencyError(
        .invalidInput, "the model leaves the size of its input open; give it with --size", file: path)
    }
    if let extents {
      for (axis, extent) in size.value.enumerated() {
        guard let fixed = extents[axis], fixed != extent else { continue }
        throw SaliencyError(
          .invalidSetting,
          "a size of \(size.value[0])×\(size.value[1]) (height×width, \(size.origin)) does not fit the model, "
            + "which takes \(extents[0].map(String.init) ?? "?")×\(extents[1].map(String.init) ?? "?")",
          file: path)
      }
    }
    // The length of the shorter side goes with the crop: 256 to 224, in proportion for other sizes.
    let shorter = Int((Double(min(size.value[0], size.value[1])) / 0.875).rounded())
    return Preprocessing(
      channelCount: channelCount ?? 3, layout: layout, hasBatch: axes?.hasBatch ?? true, size: size,
      filter: first(\.filter)!,
      crop: first(\.crop)!,
      shorterSide: first(\.shorterSide) ?? .init(value: shorter, origin: "size / 0.875"),
      channels: first(\.channels)!, scale: first(\.scale)!, mean: first(\.mean)!,
      standardDeviation: first(\.standardDeviation)!)
  }

  /// What is meant by scale, mean and deviation where some of them are said: no mean and no deviation, and pixels divided by 255
  /// unless mean or deviation are numbers for pixels. Nil where nothing is said, so that it is guessed.
  private static func rest(of said: [PreprocessingSettings]) -> PreprocessingSettings? {
    let (mean, standardDeviation) = (
      said.lazy.compactMap(\.mean).first, said.lazy.compactMap(\.standardDeviation).first
    )
    guard mean != nil || standardDeviation != nil || said.contains(where: { $0.scale != nil }) else {
      return nil
    }
    let isOfPixels = ((mean ?? []) + (standardDeviation ?? [])).contains { $0.magnitude > 2 }
    var rest = PreprocessingSettings()
    (rest.scale, rest.mean, rest.standardDeviation) = (isOfPixels ? 1 : 1 / 255, [0], [1])
    return rest
  }

  /// How Ultralytics's detectors take images, by what their files say of themselves; nil for other files.
  private var ultralyticsSettings: PreprocessingSettings? {
    guard metadata["names"] != nil, metadata["stride"] != nil,
      ["detect", "segment", "pose", "obb"].contains(metadata["task"] ?? "detect")
    else { return nil }
    var settings = PreprocessingSettings()
    settings.crop = .letterbox
    (settings.scale, settings.mean, settings.standardDeviation) = (1 / 255, [0], [1])
    let dimensions = (try? explainedInput())?.dimensions ?? []
    if dimensions.count != 4 || dimensions.dropFirst().contains(nil), let text = metadata["imgsz"] {
      let sides = text.split { !$0.isNumber }.compactMap { Int($0) }.filter { 1...65_535 ~= $0 }
      if 1...2 ~= sides.count { settings.size = [sides[0], sides[sides.count - 1]] }
    }
    return settings
  }

  /// What is said of axes: in `MODEL.saliency.json` beside the model under `layout`, as letters by the tensor's name, and before that by
  /// ``layouts``.
  ///
  /// - Throws: `SaliencyError` where the file is damaged.
  func saidRoles() throws(SaliencyError) -> [String: SaidRoles] {
    var said: [String: SaidRoles] = [:]
    if let file = settingsPath, RegularFile.exists(file) {
      do {
        let json = try JSONValue(parsing: RegularFile.contents(of: file, limit: 1 << 20))
        if case .object(let entries) = json, let layout = entries["layout"] {
          guard case .object(let tensors) = layout else {
            throw SettingError(description: "'layout' has to be an object of letters by the names of tensors")
          }
          for (name, letters) in tensors {
            guard case .string(let letters) = letters else {
              throw SettingError(
                description: "the layout of '\(name.printable())' has to be letters, as in \"NQC\"")
            }
            said[name] = SaidRoles(try AxisRole.roles(parsing: letters), .file)
          }
        }
      } catch {
        throw SaliencyError(.invalidFile, "the settings cannot be understood: \(error)", file: file)
      }
    }
    for (name, roles) in layouts { said[name] = SaidRoles(roles, .said) }
    return said
  }

  private func append(
    settingsFile path: String?, to sources: inout [(origin: String, settings: PreprocessingSettings)],
    _ read: (JSONValue) throws -> PreprocessingSettings
  ) throws(SaliencyError) {
    guard let path, RegularFile.exists(path) else { return }
    do {
      let bytes = try RegularFile.contents(of: path, limit: 1 << 20)
      sources.append((path, try read(try JSONValue(parsing: bytes))))
    } catch {
      throw SaliencyError(.invalidFile, "the settings cannot be understood: \(error)", file: path)
    }
  }
}

/// A setting of the wrong kind.
private struct SettingError: Error, CustomStringConvertible {
  let description: String
}

extension PreprocessingSettings {
  /// Our own format: `{"size": [224, 224], "resize": {"shorter_side": 256, "filter": "bicubic"}, "crop": "center",
  /// "channels": "rgb", "mean": [127, 127, 127], "std": [128, 128, 128], "scale": 1}`, every key optional; what ``Model/saidRoles()`` reads is passed over.
  fileprivate init(saliency json: JSONValue) throws {
    guard case .object(let entries) = json else {
      throw SettingError(description: "a JSON object is expected")
    }
    let known = ["size", "resize", "crop", "channels", "mean", "std", "scale", "layout"]
    if let unknown = entries.keys.sorted().first(where: { !known.contains($0) }) {
      throw SettingError(description: "'\(unknown)' is none of \(known.joined(separator: ", "))")
    }
    size = try json["size"].map { try Self.integers($0, "size", count: 2) }
    if let resize = json["resize"] {
      shorterSide = try resize["shorter_side"].map {
        try Self.integers(.array([$0]), "shorter_side", count: 1)[0]
      }
      filter = try (resize["filter"] ?? (resize.text != nil ? resize : nil)).map {
        try Self.choice($0, "filter")
      }
    }
    crop = try json["crop"].map { try Self.choice($0, "crop") }
    channels = try json["channels"].map { try Self.choice($0, "channels") }
    scale = try json["scale"].map { try Self.numbers($0, "scale")[0] }
    mean = try json["mean"].map { try Self.numbers($0, "mean") }
    standardDeviation = try json["std"].map { try Self.deviations($0, "std") }
  }

  /// Hugging Face's `preprocessor_config.json` of image processors.
  fileprivate init(huggingFace json: JSONValue) throws {
    if json["do_normalize"]?.boolean != false {
      mean = try json["image_mean"].map { try Self.numbers($0, "image_mean") }
      standardDeviation = try json["image_std"].map { try Self.deviations($0, "image_std") }
    } else {
      (mean, standardDeviation) = ([0], [1])
    }
    scale = try json["rescale_factor"].map { try Self.numbers($0, "rescale_factor")[0] }
    if json["do_rescale"]?.boolean == false { scale = 1 }
    filter = try json["resample"]?.number.map { number in
      switch number {
      case 0: .nearest
      case 2: .bilinear
      case 3: .bicubic
      default:
        throw SettingError(
          description: "resample \(number) is none of 0 (nearest), 2 (bilinear), 3 (bicubic)")
      }
    }
    let resized = json["size"]
    let cropped = json["crop_size"]
    let crops = json["do_center_crop"]?.boolean ?? (cropped != nil)
    crop = crops ? .center : Preprocessing.Crop.none
    size = try Self.extents(crops ? cropped ?? resized : resized)
    if let shorter = resized?["shortest_edge"] ?? (crops ? resized : nil), shorter.number != nil {
      shorterSide = try Self.integers(shorter, "size", count: 1)[0]
    }
  }

  /// timm's `config.json`.
  fileprivate init(timm json: JSONValue) throws {
    guard let settings = json["pretrained_cfg"] else { return }
    mean = try settings["mean"].map { try Self.numbers($0, "mean") }
    standardDeviation = try settings["std"].map { try Self.deviations($0, "std") }
    filter = settings["interpolation"]?.text.flatMap(ResamplingFilter.init(rawValue:))
    if let input = settings["input_size"]?.array, input.count == 3 {
      size = try Self.integers(.array(Array(input.dropFirst())), "input_size", count: 2)
    }
    if let fraction = settings["crop_pct"]?.number, fraction > 0, let size {
      crop = .center
      shorterSide = Int((Double(min(size[0], size[1])) / fraction).rounded(.down))
    }
  }

  private static func extents(_ json: JSONValue?) throws -> [Int]? {
    guard let json else { return nil }
    if json.number != nil { return try integers(.array([json, json]), "size", count: 2) }
    if let height = json["height"], let width = json["width"] {
      return try integers(.array([height, width]), "size", count: 2)
    }
    return nil
  }

  private static func integers(_ json: JSONValue, _ key: String, count: Int) throws -> [Int] {
    let values = (json.array ?? [json]).compactMap { $0.number.flatMap { Int(exactly: $0) } }
    guard values.count == count, values.allSatisfy({ 1...65_535 ~= $0 }) else {
      throw SettingError(
        description:
          "'\(key)' has to be \(count == 1 ? "a whole number" : "\(count) whole numbers") from 1 to 65535")
    }
    return values
  }

  private static func numbers(_ json: JSONValue, _ key: String) throws -> [Float] {
    let items = json.array ?? [json]
    let values = items.compactMap { $0.number.map { Float($0) } }
    guard values.count == items.count, [1, 3].contains(values.count), values.allSatisfy(\.isFinite) else {
      throw SettingError(description: "'\(key)' has to be one number or one a channel")
    }
    return values
  }

  private static func deviations(_ json: JSONValue, _ key: String) throws -> [Float] {
    let values = try numbers(json, key)
    guard !values.contains(0) else { throw SettingError(description: "'\(key)' must not be 0") }
    return values
  }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ json: JSONValue, _ key: String
  ) throws -> Choice where Choice.RawValue == String {
    guard let choice = json.text.flatMap(Choice.init(rawValue:)) else {
      let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw SettingError(description: "'\(key)' has to be one of \(choices)")
    }
    return choice
  }
}
