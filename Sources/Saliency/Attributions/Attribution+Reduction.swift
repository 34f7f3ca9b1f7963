public import SaliencyCore

extension Attribution {
  /// The map of each item of the batch, reduced over channels: batch×height×width for images, batch×length for signals; the
  /// values themselves where there are no channels.
  ///
  /// Of unsigned values the largest over the channels is taken, as in the saliency paper; of signed ones the one with the
  /// largest magnitude keeps its sign. The first of equal ones counts.
  public func reducedOverChannels() -> Tensor { reduced(values, over: provenance.channelAxis) }

  /// The same with the items in front.
  func arrangedReduction() -> Tensor { reduced(arrangedValues, over: provenance.arrangedChannelAxis) }

  private func reduced(_ values: Tensor, over axis: Int?) -> Tensor {
    guard let axis, values.shape[axis] > 0 else { return values }
    let shape = values.shape
    let outer = shape[..<axis].reduce(1, *)
    let (channels, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    let numbers = values.values
    let isSigned = provenance.isSigned
    var reduced = [Float](repeating: 0, count: outer * inner)
    for group in 0..<outer {
      for position in 0..<inner {
        var best = numbers[group * channels * inner + position]
        for channel in 1..<channels {
          let value = numbers[(group * channels + channel) * inner + position]
          if isSigned ? abs(value) > abs(best) : value > best { best = value }
        }
        reduced[group * inner + position] = best
      }
    }
    return Tensor(shape: Shape(shape[..<axis] + shape[(axis + 1)...]), values: reduced)
  }

  /// The values, or their reduction over channels, in the order of the model's axes.
  ///
  /// - Parameter isNormalized: whether each item is scaled to 0…1.
  func map(keepsChannels: Bool, isNormalized: Bool) -> Tensor {
    var map = keepsChannels ? arrangedValues : arrangedReduction()
    if isNormalized { map = map.normalizedByItem() }
    var itemAxis = provenance.valueArrangement.itemAxis
    if !keepsChannels, let axis = itemAxis, let channels = provenance.channelAxis, channels < axis {
      itemAxis = axis - 1
    }
    return InputArrangement(itemAxis: itemAxis).original(map)
  }

  /// Whether an item's attribution is zero everywhere, so that an image of it shows nothing.
  public func isZero(item: Int = 0) -> Bool {
    let count = arrangedValues.shape.itemElementCount
    let numbers = arrangedValues.values
    let range = item * count..<(item + 1) * count
    return range.upperBound <= numbers.count && numbers[range].allSatisfy { $0 == 0 }
  }

  /// Whether an image of an item shows nothing although it is not zero: no number lies above zero, and maps do not show those
  /// below. Bars do.
  public func hasNothingToShow(item: Int) -> Bool {
    let count = arrangedValues.shape.itemElementCount
    let range = item * count..<(item + 1) * count
    let numbers = arrangedValues.values
    guard !provenance.isSigned, arrangedValues.shape.count > 2, range.upperBound <= numbers.count,
      !isZero(item: item)
    else { return false }
    return numbers[range].allSatisfy { $0 <= 0 }
  }
}

extension Shape {
  /// The number of elements of one item of the batch; a single axis is a list of features without a batch.
  fileprivate var itemElementCount: Int { count == 1 ? self[0] : dropFirst().reduce(1, *) }
}

extension Tensor {
  /// Each item of the batch scaled from its smallest to its largest number, to 0…1; an item of equal numbers becomes zeros.
  func normalizedByItem() -> Tensor {
    let count = shape.itemElementCount
    guard count > 0 else { return self }
    var numbers = values
    for start in stride(from: 0, to: numbers.count, by: count) {
      let range = start..<start + count
      // In double precision, where the difference of the extremes cannot overflow.
      let (low, high) = (Double(numbers[range].min()!), Double(numbers[range].max()!))
      let extent = high - low
      for index in range { numbers[index] = extent > 0 ? Float((Double(numbers[index]) - low) / extent) : 0 }
    }
    return Tensor(shape: shape, values: numbers)
  }
}
