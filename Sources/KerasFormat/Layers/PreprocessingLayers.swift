import FileAccess
import SaliencyCore

extension LayerTable {
  static let preprocessing: [String: LayerKind] = {
    var kinds: [String: LayerKind] = [
      "Rescaling": .function { layer throws(LayerFailure) in
        let input = try layer.input()
        guard let scale = try layer.settings.numbers("scale") else {
          throw .invalid("setting 'scale' is missing")
        }
        let offset = try layer.settings.numbers("offset") ?? [0]
        if scale.count == 1, offset.count == 1 {
          return input.applying(Affine(scale: Float(scale[0]), offset: Float(offset[0])))
        }
        func value(_ numbers: [Double]) -> Value {
          layer.constant(numbers, shape: numbers.count == 1 ? [] : [numbers.count])
        }
        return input * value(scale) + value(offset)
      },
      "Normalization": .function(
        variables: { settings throws(LayerFailure) in
          guard settings["mean"] == nil else { return [] }
          return ["mean", "variance", "count"].enumerated().map {
            Variable($1, position: $0, isTrainable: false)
          }
        }, normalised),
      "CenterCrop": .function { layer throws(LayerFailure) in
        let input = try layer.input(rank: 3...4, "height×width×channels or a batch of those")
        let first = try layer.spatialAxis(of: input)
        var result = input
        for (axis, key) in [(first, "height"), (first + 1, "width")] {
          let extent = try layer.settings.integer(key)
          let margin = result.shape[axis] - extent
          guard extent >= 1, margin >= 0 else {
            throw .unsupported(
              "cropping \(result.shape[axis]) elements to \(extent) is not supported; give an input that is larger"
            )
          }
          result = result.sliced(axis: axis, from: margin / 2, count: extent)
        }
        return result
      },
      "Resizing": .function { layer throws(LayerFailure) in
        var result = try layer.input(rank: 3...4, "height×width×channels or a batch of those")
        for option in ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"]
        where try layer.settings.flag(option, default: false) {
          throw .unsupported("'\(option)' is not supported")
        }
        let interpolation = try layer.settings.text("interpolation", default: "bilinear")
        let first = try layer.spatialAxis(of: result)
        for (axis, key) in [(first, "height"), (first + 1, "width")] {
          result = try layer.resized(
            result, axis: axis, to: try layer.settings.integer(key), interpolation: interpolation)
        }
        return result
      },
    ]
    // What changes pictures while a network is trained does nothing afterwards.
    for name in augmentations { kinds[name] = identity }
    return kinds
  }()

  private static let augmentations = [
    "AugMix", "CutMix", "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomElasticTransform", "RandomErasing", "RandomFlip",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective",
    "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear",
    "RandomTranslation", "RandomZoom",
  ]

  /// Whether a layer changes the size of a picture at most, and not what its numbers mean.
  static func keepsPixels(_ layer: LayerConfiguration) -> Bool {
    augmentations.contains(layer.className)
      || ["CenterCrop", "Resizing", "Identity", "ZeroPadding2D"].contains(layer.className)
  }

  /// (x − mean) / max(√variance, ε), or its inverse; the statistics are settings or weights.
  private static let normalised: @Sendable (LayerImport) throws(LayerFailure) -> Value = {
    layer throws(LayerFailure) in
    let input = try layer.input()
    let axes = try layer.settings["axis"] == nil ? [] : layer.axes("axis", default: [-1], of: input.shape)
    let shape = input.shape.indices.map { axes.contains($0) ? input.shape[$0] : 1 }
    func statistic(_ role: String) throws(LayerFailure) -> [Double] {
      let numbers: [Double]
      if let given = try layer.settings.numbers(role) {
        numbers = given
      } else {
        numbers = try layer.constants(role, shape: try layer.weight(role).shape)
      }
      if numbers.count == 1 { return [Double](repeating: numbers[0], count: shape.elementCount) }
      guard numbers.count == shape.elementCount else {
        throw LayerFailure(
          .shapeMismatch, "its \(role) has \(numbers.count) numbers for \(shape.elementCount)")
      }
      return numbers
    }
    let mean = try statistic("mean")
    let deviation = try statistic("variance").map { max($0.squareRoot(), 1e-7) }
    if try layer.settings.flag("invert", default: false) {
      return input * layer.constant(deviation, shape: shape) + layer.constant(mean, shape: shape)
    }
    return input * layer.constant(deviation.map { 1 / $0 }, shape: shape)
      + layer.constant(zip(mean, deviation).map { -$0 / $1 }, shape: shape)
  }
}

extension LayerImport {
  /// The first of the two spatial axes of a picture or a batch of pictures.
  fileprivate func spatialAxis(of value: Value) throws(LayerFailure) -> Int {
    value.shape.count - (try hasChannelsFirst ? 2 : 3)
  }
}
