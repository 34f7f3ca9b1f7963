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
        }, normalized),
      "CenterCrop": .function { layer throws(LayerFailure) in
        var result = try layer.input(rank: 3...4, "height×width×channels or a batch of those")
        let first = try layer.spatialAxis(of: result)
        let size = [try layer.settings.integer("height"), try layer.settings.integer("width")]
        guard size.allSatisfy({ 1...1 << 20 ~= $0 }) else {
          throw .invalid("height and width have to lie in 1...1048576")
        }
        guard size[0] <= result.shape[first], size[1] <= result.shape[first + 1] else {
          // Smaller images are enlarged first.
          return try layer.resized(
            result.croppedToAspect(of: size, at: first), to: size, at: first, interpolation: "bilinear")
        }
        for axis in 0...1 {
          let margin = result.shape[first + axis] - size[axis]
          result = result.sliced(axis: first + axis, from: margin / 2, count: size[axis])
        }
        return result
      },
      "Resizing": .function { layer throws(LayerFailure) in
        var result = try layer.input(rank: 3...4, "height×width×channels or a batch of those")
        if try layer.settings.flag("antialias", default: false) {
          throw .unsupported("'antialias' is not supported")
        }
        let first = try layer.spatialAxis(of: result)
        let size = [try layer.settings.integer("height"), try layer.settings.integer("width")]
        guard size.allSatisfy({ 1...1 << 20 ~= $0 }) else {
          throw .invalid("height and width have to lie in 1...1048576")
        }
        if try layer.settings.flag("crop_to_aspect_ratio", default: false) {
          result = result.croppedToAspect(of: size, at: first)
        } else if try layer.settings.flag("pad_to_aspect_ratio", default: false) {
          let value = try layer.settings.number("fill_value", default: 0)
          result = result.paddedToAspect(of: size, at: first, with: value)
        }
        return try layer.resized(
          result, to: size, at: first,
          interpolation: try layer.settings.text("interpolation", default: "bilinear"))
      },
    ]
    // What changes images while a network is trained does nothing afterwards.
    for name in augmentations { kinds[name] = identity }
    return kinds
  }()

  private static let augmentations = [
    "AugMix", "CutMix", "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomCrop", "RandomElasticTransform", "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective",
    "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear",
    "RandomTranslation", "RandomZoom",
  ]

  /// Whether a layer changes the size of an image at most, and not what its numbers mean.
  static func keepsPixels(_ layer: LayerConfiguration) -> Bool {
    augmentations.contains(layer.className)
      || ["CenterCrop", "Resizing", "Identity", "ZeroPadding2D"].contains(layer.className)
  }

  /// (x − mean) / max(√variance, ε), or its inverse; the statistics are settings or weights.
  private static let normalized: @Sendable (LayerImport) throws(LayerFailure) -> Value = {
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
    let standardDeviation = try statistic("variance").map { max($0.squareRoot(), 1e-7) }
    if try layer.settings.flag("invert", default: false) {
      return input * layer.constant(standardDeviation, shape: shape) + layer.constant(mean, shape: shape)
    }
    return input * layer.constant(standardDeviation.map { 1 / $0 }, shape: shape)
      + layer.constant(zip(mean, standardDeviation).map { -$0 / $1 }, shape: shape)
  }
}

extension LayerImport {
  /// The first of the two spatial axes of an image or a batch of images.
  fileprivate func spatialAxis(of value: Value) throws(LayerFailure) -> Int {
    value.shape.count - (try hasChannelsFirst ? 2 : 3)
  }
}

extension LayerImport {
  /// An image resampled to a height and width.
  fileprivate func resized(
    _ value: Value, to size: [Int], at first: Int, interpolation: String
  ) throws(LayerFailure) -> Value {
    let higher = try resized(value, axis: first, to: size[0], interpolation: interpolation)
    return try resized(higher, axis: first + 1, to: size[1], interpolation: interpolation)
  }
}

extension Value {
  /// The extents that an image's sides would have in the proportions of `size`, each from the other side.
  private func proportions(of size: [Int], at first: Int) -> [Int] {
    let (height, width) = (shape[first], shape[first + 1])
    return [
      Int(Float(width * size[0]) / Float(size[1])), Int(Float(height * size[1]) / Float(size[0])),
    ]
  }

  /// The middle of an image in the proportions of `size`.
  fileprivate func croppedToAspect(of size: [Int], at first: Int) -> Value {
    var result = self
    for (axis, extent) in proportions(of: size, at: first).enumerated() {
      let kept = max(min(shape[first + axis], extent), 1)
      result = result.sliced(axis: first + axis, from: (shape[first + axis] - kept) / 2, count: kept)
    }
    return result
  }

  /// The image in the middle of a larger one in the proportions of `size`.
  fileprivate func paddedToAspect(of size: [Int], at first: Int, with value: Float) -> Value {
    var margins = shape.map { _ in 0 }
    for (axis, extent) in proportions(of: size, at: first).enumerated() {
      margins[first + axis] = (max(shape[first + axis], extent) - shape[first + axis]) / 2
    }
    return applying(Padding(before: margins, after: margins, value: value))
  }
}
