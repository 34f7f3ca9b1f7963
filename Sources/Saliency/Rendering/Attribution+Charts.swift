import SaliencyCore
import SaliencyImage

extension Attribution {
  func signalChart(item: Int, style: MapStyle) throws -> SignalChart {
    let samples = Self.channels(of: arrangedInput, axis: provenance.arrangedChannelAxis, item: item)
    let attributions = Self.channels(of: arrangedValues, axis: provenance.arrangedChannelAxis, item: item)
    // A map of one channel is that of all of them.
    let channels = samples.enumerated().map { index, samples in
      SignalChart.Channel(
        name: provenance.arrangedChannelAxis != nil
          && arrangedInput.shape[provenance.arrangedChannelAxis!] > 1
          ? "channel \(index)" : nil,
        samples: samples, attributions: attributions[attributions.count == 1 ? 0 : index])
    }
    var chart = try SignalChart(channels: channels, axisLabel: "sample")
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
    // Of an inner layer there are no numbers beside its attributions.
    let channels =
      provenance.withRespectTo == nil
      ? Self.channels(of: arrangedInput, axis: provenance.arrangedChannelAxis, item: item)
      : [[Float](repeating: 0, count: size.depth * size.height * size.width)]
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
