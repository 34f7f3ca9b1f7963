/// A signal, such as a sound or an electrocardiogram, as curves with what matters in color: one strip a channel.
public struct SignalChart: Sendable, Equatable {
  /// The samples of a channel and how much each matters.
  public struct Channel: Sendable, Equatable {
    /// What stands above the strip, or `nil` for nothing.
    public var name: String?
    /// The samples.
    public var samples: [Float]
    /// A number for each sample: how much it matters, before any scaling or color.
    public var attributions: [Float]

    /// A channel of samples and their attributions.
    public init(name: String? = nil, samples: [Float], attributions: [Float]) {
      self.name = name
      self.samples = samples
      self.attributions = attributions
    }
  }

  /// Where the colors of the attributions are.
  public enum Style: String, Sendable, CaseIterable {
    /// Behind the curve, which is dark.
    case background
    /// In the curve, which is gray and thin where nothing matters.
    case curve
  }

  /// The most channels that are drawn, 8: where there are more, those with the greatest sums of magnitudes.
  public static let maximumChannelCount = 8

  /// The channels, as many samples in each.
  public let channels: [Channel]
  /// What the axis says at the first sample.
  public let start: Double
  /// By how much the axis goes on from a sample to the next.
  public let step: Double
  /// What the axis measures, such as "seconds", or `nil`.
  public var axisLabel: String?
  /// Where the colors are.
  public var style = Style.background
  /// The colors, or `nil` for ``ColorMap/blueWhiteRed`` where attributions have signs and ``ColorMap/whiteRed`` where not.
  public var colorMap: ColorMap?
  /// The percentile of the attributions' magnitudes, over all channels, that becomes the strongest color.
  public var percentile: Double = 99
  /// How attributions become shares of the strongest one.
  public var scaling = HeatMap.Scaling.automatic
  /// The width of the strips, in pixels.
  public var plotWidth = 640

  /// A chart of channels.
  ///
  /// - Parameters:
  ///   - channels: the channels, at least one, of equally many samples, at least one.
  ///   - start: what the axis says at the first sample.
  ///   - step: by how much it goes on from a sample to the next; not 0.
  ///   - axisLabel: what it measures, or nil.
  /// - Throws: `ImageError` where the numbers of samples or attributions do not fit, or a number is not finite.
  public init(
    channels: [Channel], start: Double = 0, step: Double = 1, axisLabel: String? = nil
  ) throws(ImageError) {
    guard let count = channels.first?.samples.count, count > 0 else {
      throw ImageError(.invalidArgument, "the signal has no samples; it needs at least one")
    }
    for (index, channel) in channels.enumerated() {
      guard channel.samples.count == count, channel.attributions.count == count else {
        throw ImageError(
          .invalidArgument,
          "channel \(index) of the signal has \(channel.samples.count) samples and \(channel.attributions.count) "
            + "attributions, but \(count) of each are needed, as many as channel 0 has samples")
      }
      try checkFinite(channel.samples, "sample", "of channel \(index)")
      try checkFinite(channel.attributions, "attribution", "of channel \(index)")
    }
    let end = start + step * Double(count)
    guard start.isFinite, step.isNormal, (end - start).isFinite, end - step != end else {
      throw ImageError(
        .invalidArgument, "an axis cannot start at \(start) and go on by \(step) for \(count) samples")
    }
    self.channels = channels
    self.start = start
    self.step = step
    self.axisLabel = axisLabel
  }

  /// The chart as a figure with a color bar.
  ///
  /// - Throws: `ImageError` when ``percentile`` is not between 0 and 100, or ``plotWidth`` not between 16 and 16,384.
  public func figure(title: String? = nil, caption: String? = nil) throws(ImageError) -> Figure {
    let panel = try panel(title: title)
    let attributions = channels.flatMap(\.attributions)
    let map = try HeatMap(width: attributions.count, height: 1, values: attributions)
    return Figure(
      rows: [[panel]], caption: caption,
      colorBars: [
        Figure.ColorBar(colorMap: colors, of: [map], percentile: percentile, scaling: scaling)
      ])
  }

  /// The chart as a panel, for figures of several.
  ///
  /// - Throws: `ImageError` as ``figure(title:caption:)`` does.
  public func panel(title: String? = nil) throws(ImageError) -> Figure.Panel {
    guard (16...16_384).contains(plotWidth) else {
      throw ImageError(
        .invalidArgument, "a plot of \(plotWidth) pixels was asked for; 16 to 16384 are possible")
    }
    let drawing = try SignalDrawing(self, colors: colors)
    var notes: [String] = []
    if let note = drawing.zeroNote { notes.append("attributions: " + note) }
    if channels.count > Self.maximumChannelCount {
      notes.append("the strongest \(Self.maximumChannelCount) of \(channels.count) channels")
    }
    return try Figure.Panel(
      title: title, chart: drawing.page(), margins: drawing.margins,
      caption: notes.isEmpty ? nil : notes.joined(separator: " · "))
  }

  private var colors: ColorMap {
    if let colorMap { return colorMap }
    let isSigned: Bool
    switch scaling {
    case .automatic: isSigned = channels.contains { $0.attributions.contains { $0 < 0 } }
    case .positive: isSigned = false
    case .symmetric: isSigned = true
    }
    return isSigned ? .blueWhiteRed : .whiteRed
  }
}

/// Throws where a number is infinite or not a number, with its place.
func checkFinite(_ values: [Float], _ kind: String, _ owner: String = "") throws(ImageError) {
  guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
  let place = "\(kind) \(index)" + (owner.isEmpty ? "" : " \(owner)")
  throw ImageError(.nonFinite, "\(place) is \(values[index]), not a finite number")
}
