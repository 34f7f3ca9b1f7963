import SaliencyCore
import SaliencyImage

extension Attribution {
  /// What an attribution can be drawn as, which its shape decides.
  enum Form {
    /// Maps over pictures: four axes.
    case picture
    /// Curves: three axes.
    case signal
    /// Bars: one list of features.
    case vector
    /// Slices of a volume: five axes.
    case volume
    /// Running text: tokens.
    case text
  }

  /// - Throws: `SaliencyError` where the shape is none that is drawn.
  func form(item: Int) throws(SaliencyError) -> Form {
    let shape = arrangedValues.shape
    guard let batch = shape.first, 0..<batch ~= item else {
      throw SaliencyError(
        .invalidInput, "an attribution of \(shape.text) has no item \(item) that could be drawn")
    }
    if isForTokens { return .text }
    switch shape.count {
    // One channel over time.
    case 2 where provenance.withRespectTo == nil && isOverTime: return .signal
    case 2: return .vector
    case 3 where provenance.withRespectTo == nil: return .signal
    case 4: return .picture
    case 5 where provenance.withRespectTo == nil: return .volume
    default:
      throw SaliencyError(
        .invalidInput, "an attribution of \(shape.text) cannot be drawn; write it to a .npy file")
    }
  }

  /// Whether an input of items×features has its features over time.
  private var isOverTime: Bool {
    let roles = provenance.resolved.input.roles.axes.map(\.role).filter { $0 != .items }
    return roles == [.time]
  }

  func signalChart(item: Int, style: MapStyle) throws -> SignalChart {
    let names =
      arrangedValues.shape.count == 2 ? 1 : arrangedValues.shape[provenance.arrangedChannelAxis ?? 1]
    let channels = zip(
      Self.channels(of: arrangedInput, axis: provenance.arrangedChannelAxis, item: item),
      Self.channels(of: arrangedValues, axis: provenance.arrangedChannelAxis, item: item)
    ).enumerated().map { index, pair in
      SignalChart.Channel(
        name: names > 1 ? "channel \(index)" : nil, samples: pair.0, attributions: pair.1)
    }
    var chart = try SignalChart(channels: channels)
    (chart.percentile, chart.scaling, chart.colorMap) = (style.percentile, scaling, style.colorMap)
    return chart
  }

  func barChart(item: Int) throws -> BarChart {
    let attributions = Self.channels(of: arrangedValues, axis: nil, item: item)[0]
    guard provenance.withRespectTo == nil else {
      return try BarChart(attributions: attributions, names: attributions.indices.map { "unit \($0)" })
    }
    return try BarChart(
      attributions: attributions, values: Self.channels(of: arrangedInput, axis: nil, item: item)[0])
  }

  /// The slice of a volume that has the most to show.
  func volumePanel(item: Int, style: MapStyle, title: String?, caption: String?) throws -> Figure.Panel {
    let reduced = arrangedReduction()
    let (depth, area) = (reduced.shape[1], reduced.shape[2] * reduced.shape[3])
    let numbers = Self.channels(of: reduced, axis: nil, item: item)[0]
    let sums = (0..<depth).map { slice in
      numbers[slice * area..<(slice + 1) * area]
        .reduce(0.0) { $0 + Double(provenance.isSigned ? abs($1) : max($1, 0)) }
    }
    let strongest = sums.indices.max { (sums[$0], $1) < (sums[$1], $0) }!
    let figure = try volumeFigure(item: item, style: style, caption: nil, maximumSlices: depth)
    var panel = Array(figure.rows.joined())[strongest]
    let place = "z = \(strongest)"
    panel.title = title
    panel.caption =
      sums[strongest] > 0
      ? caption.map { "\($0) · \(place)" } ?? "strongest slice, \(place)" : "nothing to show"
    return panel
  }

  /// The volume's numbers, and its attributions reduced over channels.
  func volumeFigure(item: Int, style: MapStyle, caption: String?, maximumSlices: Int = 12) throws -> Figure {
    let reduced = arrangedReduction()
    let size = (depth: reduced.shape[1], height: reduced.shape[2], width: reduced.shape[3])
    let channels = Self.channels(of: arrangedInput, axis: provenance.arrangedChannelAxis, item: item)
    let means = channels[0].indices.map { voxel in
      channels.reduce(0) { $0 + $1[voxel] } / Float(channels.count)
    }
    return try Figure(
      volume: means, attributions: Self.channels(of: reduced, axis: nil, item: item)[0], size: size,
      maximumSlices: maximumSlices,
      colorMap: style.colorMap ?? colorMap, percentile: style.percentile, scaling: scaling,
      style: style.overlay, caption: caption)
  }

  /// The elements of one item of a batch, channel by channel; all of them as one channel where there is no axis.
  private static func channels(of tensor: Tensor, axis: Int?, item: Int) -> [[Float]] {
    let shape = tensor.shape
    let count = shape.dropFirst().reduce(1, *)
    let values = tensor.values[item * count..<(item + 1) * count]
    guard let axis else { return [Array(values)] }
    let inner = shape[(axis + 1)...].reduce(1, *)
    let channels = shape[axis]
    return (0..<channels).map { channel in
      (0..<count / channels).map { position in
        values[values.startIndex + (position / inner * channels + channel) * inner + position % inner]
      }
    }
  }
}
