internal import Saliency

/// The picture of all maps of a class, in which a group can be chosen.
struct EmbeddingPlot {
  let summary: ClassSummary

  static let colors = [
    "#b4411f", "#2f6f9f", "#5b8c3a", "#8a5aa8", "#c58f1c", "#3a9a8f", "#c0507a", "#6b6560",
  ]
  private static let size = 176.0

  func svg() -> String {
    let points = summary.points
    guard points.count > 3 else { return "" }
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    let extent = max(xs.max()! - xs.min()!, ys.max()! - ys.min()!, 1e-9)
    let (left, top) = ((xs.max()! + xs.min()! - extent) / 2, (ys.max()! + ys.min()! - extent) / 2)
    func place(_ value: Double, _ start: Double) -> String {
      HTMLText.decimal(6 + (value - start) / extent * (Self.size - 12), digits: 1)
    }
    let dots = points.map { point in
      "<circle class=\"k\(point.cluster)\" cx=\"\(place(point.x, left))\" cy=\"\(place(point.y, top))\" r=\"3\" fill=\"\(Self.colors[point.cluster % Self.colors.count])\"><title>\(HTMLText.escaped(point.path))</title></circle>"
    }
    return """
      <svg class="cloud" viewBox="0 0 \(Int(Self.size)) \(Int(Self.size))" role="img" aria-label="all maps of the class, alike ones near each other">\(dots.joined())</svg>
      <p class="soft small">all maps, alike ones near each other</p>
      """
  }
}
