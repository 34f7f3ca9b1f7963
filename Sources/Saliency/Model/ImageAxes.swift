internal import SaliencyCore

/// Where a tensor of images has its axes, with or without a batch.
struct ImageAxes {
  let layout: ImageLayout
  let hasBatch: Bool

  /// The number of axes.
  var count: Int { hasBatch ? 4 : 3 }
  /// The axis of the channels.
  var channels: Int { hasBatch ? layout.channelAxis : layout.channelAxis - 1 }
  /// The axes of height and width.
  var spatial: [Int] { hasBatch ? layout.spatialAxes : layout.spatialAxes.map { $0 - 1 } }
}

extension Model {
  /// Where the explained input has its axes, if it can be made of images: four of them, or three where it was said or windows prove that it is one
  /// image without a batch; nil otherwise, or where the file does not say how many axes there are.
  var imageAxes: ImageAxes? {
    guard let input = try? explainedInput(), let dimensions = input.dimensions else { return nil }
    if dimensions.count == 4 { return ImageAxes(layout: imageLayout, hasBatch: true) }
    guard dimensions.count == 3, joint == nil else { return nil }
    if let said = (try? saidRoles())?[input.name]?.roles {
      switch said.map({ $0 == .units ? "C" : $0.isPlace ? "P" : "-" }).joined() {
      case "CPP": return ImageAxes(layout: .channelsFirst, hasBatch: false)
      case "PPC": return ImageAxes(layout: .channelsLast, hasBatch: false)
      default: return nil
      }
    }
    // One gray image could as well be an item of a batch.
    guard let layout = ImageLayout(of: [nil] + dimensions),
      dimensions[layout.channelAxis - 1] == 3, let network = networkOfSomeShape(),
      let node = network.inputs.first(where: { $0.name == input.name })?.node
    else { return nil }
    let axes = ImageAxes(layout: layout, hasBatch: false)
    let finder = AxisRoleFinder(network.graph)
    return axes.spatial.allSatisfy { finder.isWindowed(node, axis: $0) } ? axes : nil
  }
}
