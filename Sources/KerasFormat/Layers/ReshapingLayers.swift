import FileAccess
import SaliencyCore

extension LayerTable {
  static let reshaping: [String: LayerKind] = {
    var kinds: [String: LayerKind] = [
      "Reshape": .function { layer throws(LayerFailure) in
        let input = try layer.input()
        guard let target = try layer.settings.list("target_shape"), let batch = input.shape.first else {
          throw .invalid("setting 'target_shape' is missing")
        }
        return try reshaped(input, to: [batch] + target)
      },
      "Permute": .function { layer throws(LayerFailure) in
        let input = try layer.input()
        guard let order = try layer.settings.list("dims"),
          ([0] + order).sorted() == Array(input.shape.indices)
        else {
          throw .invalid("'dims' is no order of the axes of \(input.shape.text)")
        }
        return input.transposed([0] + order)
      },
      "RepeatVector": .function { layer throws(LayerFailure) in
        let input = try layer.input(rank: 2...2, "batch×features")
        let count = try layer.settings.integer("n")
        guard 1...1 << 24 ~= count else { throw .invalid("n = \(count) has to be positive") }
        return input.reshaped(to: [input.shape[0], 1, input.shape[1]])
          .broadcast(to: [input.shape[0], count, input.shape[1]])
      },
    ]
    for rank in 1...3 {
      kinds["ZeroPadding\(rank)D"] = margins(rank: rank, "padding", sign: 1)
      kinds["Cropping\(rank)D"] = margins(rank: rank, "cropping", sign: -1)
      kinds["UpSampling\(rank)D"] = upSampling(rank: rank)
    }
    return kinds
  }()

  /// The same elements in another shape, of which one extent may be −1 for whatever is left.
  static func reshaped(_ value: Value, to target: [Int]) throws(LayerFailure) -> Value {
    var target = target
    if let open = target.firstIndex(of: -1) {
      target[open] = 1
      guard let known = target.checkedElementCount, known > 0, value.shape.elementCount % known == 0 else {
        throw LayerFailure(.shapeMismatch, "\(value.shape.text) cannot be reshaped to \(target)")
      }
      target[open] = value.shape.elementCount / known
    }
    guard target.checkedElementCount == value.shape.elementCount else {
      throw LayerFailure(
        .shapeMismatch,
        "\(value.shape.text) has \(value.shape.elementCount) elements and cannot be reshaped to \(target)")
    }
    return value.reshaped(to: target)
  }

  /// Elements added or cut off before and after each spatial axis.
  private static func margins(rank: Int, _ key: String, sign: Int) -> LayerKind {
    .function { layer throws(LayerFailure) in
      let input = try layer.input(rank: (rank + 2)...(rank + 2), "\(rank) spatial axes")
      let amounts = try layer.pairs(key, count: rank)
      guard amounts.allSatisfy({ 0...1 << 24 ~= $0.0 && 0...1 << 24 ~= $0.1 }) else {
        throw .invalid("'\(key)' has to be made of numbers from 0 on")
      }
      let isFirst = try layer.hasChannelsFirst
      func whole(_ amounts: [Int]) -> [Int] {
        let signed = amounts.map { $0 * sign }
        return isFirst ? [0, 0] + signed : [0] + signed + [0]
      }
      let padding = Padding(before: whole(amounts.map(\.0)), after: whole(amounts.map(\.1)))
      let result = input.applying(padding)
      guard result.shape.allSatisfy({ $0 > 0 }) else {
        throw LayerFailure(.shapeMismatch, "nothing is left of \(input.shape.text)")
      }
      return result
    }
  }

  private static func upSampling(rank: Int) -> LayerKind {
    .function { layer throws(LayerFailure) in
      var value = try layer.input(rank: (rank + 2)...(rank + 2), "\(rank) spatial axes")
      let factors = try layer.settings.integers("size", count: rank, default: 2)
      let isFirst = try layer.hasChannelsFirst
      let first = isFirst ? 2 : 1
      let name = try layer.settings.text("interpolation", default: "nearest")
      for (position, factor) in factors.enumerated() {
        guard 1...1 << 12 ~= factor else { throw .invalid("a factor of \(factor) is out of range") }
        let axis = first + position
        guard value.shape.indices.contains(axis) else { return value }
        value = try layer.resized(value, axis: axis, to: value.shape[axis] * factor, interpolation: name)
      }
      return value
    }
  }
}

extension LayerImport {
  /// Two numbers an axis: `[[a, b], …]`, `[a, …]` or a single number.
  fileprivate func pairs(_ key: String, count: Int) throws(LayerFailure) -> [(Int, Int)] {
    guard let json = settings[key] else { return [(Int, Int)](repeating: (1, 1), count: count) }
    if let number = json.integer { return [(Int, Int)](repeating: (number, number), count: count) }
    let items = json.array ?? []
    if count == 1, items.count == 2, let before = items[0].integer, let after = items[1].integer {
      return [(before, after)]
    }
    guard items.count == count else { throw .invalid("setting '\(key)' has to be given for \(count) axes") }
    return try items.map { item throws(LayerFailure) in
      if let number = item.integer { return (number, number) }
      guard let pair = item.array, pair.count == 2, let before = pair[0].integer, let after = pair[1].integer
      else { throw .invalid("setting '\(key)' has to be made of whole numbers") }
      return (before, after)
    }
  }

  /// The value with one axis resampled, half-pixel centers, without antialiasing, as TensorFlow does.
  func resized(_ value: Value, axis: Int, to extent: Int, interpolation: String) throws(LayerFailure) -> Value
  {
    // What an operation that failed gives in place of a result has no axes.
    guard value.shape.indices.contains(axis), extent != value.shape[axis] else { return value }
    guard extent >= 1, value.shape[axis] >= 1, value.shape[axis] * extent <= 1 << 22 else {
      throw .unsupported("resizing \(value.shape[axis]) elements to \(extent) is not supported")
    }
    var rule = ResamplingRule(filter: .linear, coordinates: .halfPixel)
    switch interpolation {
    case "nearest":
      rule.filter = .nearest(.floor)
      rule.coordinates = .tensorFlowHalfPixel
    case "bilinear": break
    case "bicubic":
      rule.filter = .cubic(coefficient: -0.5)
      rule.excludesOutside = true
      // TensorFlow looks its coefficients up in a table of so many.
      rule.fractionSteps = 1_024
    default: throw .unsupported("interpolation '\(interpolation.printable())' is not supported")
    }
    let scale = Float(extent) / Float(value.shape[axis])
    return value.multiplied(
      along: axis, by: rule.matrix(.init(input: value.shape[axis], output: extent, scale: scale)))
  }
}
