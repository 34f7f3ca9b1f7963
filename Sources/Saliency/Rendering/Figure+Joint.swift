public import SaliencyImage

extension Figure {
  /// The attributions of several inputs that were explained together, side by side: of images the map over the image, of signals curves, of
  /// features bars. Each is drawn by a scale of its own, as the numbers of different inputs seldom compare; above each stands the sum of its values,
  /// which do.
  ///
  /// - Parameters:
  ///   - joint: the attributions.
  ///   - item: which item of the batch is meant.
  ///   - style: what the maps look like.
  ///   - caption: the text below; what was explained and how where nil.
  /// - Throws: what ``Attribution/figure(item:style:caption:)`` throws.
  public init(
    joint: JointAttribution, item: Int = 0, style: MapStyle = MapStyle(), caption: String? = nil
  ) throws {
    let sums = joint.sums(item: item)
    let panels = try zip(joint.attributions, sums).map { attribution, sum in
      let name = attribution.provenance.input.replacing("_", with: " ")
      return try attribution.panel(
        item: item, style: style,
        title: attribution.provenance.isSigned ? "\(name) (sum \(Float(sum).text))" : name)
    }
    let maps = try joint.attributions.filter {
      let form = try $0.form(item: item)
      return form == .image || form == .volume
    }
    try self.init(
      rows: [panels], caption: caption ?? joint.attributions.first?.caption(item: item),
      colorBars: maps.isEmpty ? [] : Self.colorBars(of: [maps], item: item, style: style))
  }
}
