/// A part of an axis whose index counts something by itself: the items of a batch, the places along an axis of the input, or anything else.
package struct PlaceFactor: Sendable, Hashable {
  /// What is counted.
  package enum Kind: Sendable, Hashable {
    /// The items of the batch.
    case items
    /// Places along an axis of the input's places, counted from 0 on.
    case place(Int)
    /// Channels, heads, anchors: anything else.
    case other
  }

  /// What is counted.
  package let kind: Kind
  /// How many there are.
  package let extent: Int
  /// How many elements its axis has in all, before it was taken apart.
  let total: Int
  /// How many of these a step along the factor moves.
  let step: Int

  /// All elements along an axis.
  init(_ kind: Kind, _ extent: Int) { self.init(kind, extent, total: extent, step: 1) }

  private init(_ kind: Kind, _ extent: Int, total: Int, step: Int) {
    (self.kind, self.extent, self.total, self.step) = (kind, extent, total, step)
  }

  /// Whether it is the coarsest part, so that it runs over everything that its axis runs over.
  package var isOutermost: Bool { extent * step == total }

  /// The coarser part of so many elements, and the rest.
  func split(outer: Int) -> (outer: PlaceFactor, inner: PlaceFactor) {
    let inner = extent / outer
    return (
      PlaceFactor(kind, outer, total: total, step: step * inner),
      PlaceFactor(kind, inner, total: total, step: step)
    )
  }

  /// Both as one where the other one is the next finer part of the same axis.
  func joined(with finer: PlaceFactor) -> PlaceFactor? {
    if kind == .other, finer.kind == .other { return PlaceFactor(.other, extent * finer.extent) }
    guard kind == finer.kind, total == finer.total, step == finer.step * finer.extent else { return nil }
    return PlaceFactor(kind, extent * finer.extent, total: total, step: finer.step)
  }
}

/// What lies along an axis of a tensor.
package struct PlacedAxis: Sendable, Hashable {
  /// Elements before everything that is counted, such as a class token.
  package var leading = 0
  /// What is counted, the outermost first.
  package var factors: [PlaceFactor] = []
  /// Elements behind it.
  package var trailing = 0

  /// How many elements are counted.
  package var count: Int { factors.reduce(1) { $0 * $1.extent } }

  /// An axis of something else.
  static func other(_ extent: Int) -> PlacedAxis { PlacedAxis(.other, extent) }

  /// An axis of which everything counts one thing; an axis of one element counts nothing.
  init(_ kind: PlaceFactor.Kind, _ extent: Int) {
    factors = extent == 1 ? [] : [PlaceFactor(kind, extent)]
  }

  init(factors: [PlaceFactor]) { self.factors = factors }

  /// The places that lie along the axis, one axis of the input within the other, each with the number of its cells; empty where none do.
  package var places: [(place: Int, extent: Int)] {
    var found: [(place: Int, extent: Int)] = []
    var hasFiner = false
    for factor in factors {
      if case .place(let place) = factor.kind, factor.isOutermost {
        found.append((place, factor.extent))
      } else {
        // Cells that are taken apart, as by a change of depth to space.
        guard !found.isEmpty, factor.kind != .items else { return [] }
        found[found.count - 1].extent *= factor.extent
        hasFiner = true
      }
    }
    return hasFiner && found.count > 1 ? [] : found
  }

  /// Whether all places of one axis of the input lie along it, and nothing else but a little around them.
  var single: Int? {
    let places = places
    return places.count == 1 && 4 * (leading + trailing) <= places[0].extent ? places[0].place : nil
  }

  /// Whether it counts the items and nothing else.
  package var isItems: Bool { factors.count == 1 && factors[0].kind == .items && factors[0].isOutermost }

  /// Whether nothing of it runs over the items or the places.
  package var isOther: Bool { factors.allSatisfy { $0.kind == .other || !$0.isOutermost } }

  /// Whether anything of it belongs to the places.
  var touchesPlaces: Bool { factors.contains { if case .place = $0.kind { true } else { false } } }

  /// Windows over the axis, as many as an extent.
  func windowed(_ extent: Int) -> PlacedAxis {
    guard let single else { return .other(extent) }
    return PlacedAxis(.place(single), extent)
  }

  /// Axes as another shape has them; what cannot be followed is something else.
  static func reshaped(_ axes: [PlacedAxis], from: Shape, to: Shape) -> [PlacedAxis] {
    var result = to.map { PlacedAxis.other($0) }
    guard !from.contains(0), !to.contains(0) else { return result }
    let (sources, targets) = (from.indices.filter { from[$0] > 1 }, to.indices.filter { to[$0] > 1 })
    var (i, j) = (0, 0)
    while i < sources.count, j < targets.count {
      let (firstSource, firstTarget) = (i, j)
      var (a, b) = (from[sources[i]], to[targets[j]])
      while a != b {
        if a < b {
          i += 1
          a *= from[sources[i]]
        } else {
          j += 1
          b *= to[targets[j]]
        }
      }
      (i, j) = (i + 1, j + 1)
      let group = targets[firstTarget..<j]
      if i - firstSource == 1, group.count == 1 {
        result[group[firstTarget]] = axes[sources[firstSource]]
        continue
      }
      let grouped = sources[firstSource..<i].map { axes[$0] }
      guard grouped.allSatisfy({ $0.leading == 0 && $0.trailing == 0 }),
        let parts = distributed(grouped.flatMap(\.factors), over: group.map { to[$0] })
      else { continue }
      for (axis, factors) in zip(group, parts) { result[axis] = PlacedAxis(factors: factors) }
    }
    return result
  }

  /// Factors in their order, for axes of such extents; nil where they do not fit.
  private static func distributed(_ factors: [PlaceFactor], over extents: [Int]) -> [[PlaceFactor]]? {
    var waiting = Array(factors.reversed())
    var result: [[PlaceFactor]] = []
    for extent in extents {
      var (rest, parts) = (extent, [PlaceFactor]())
      while rest > 1 {
        guard var next = waiting.popLast() else { return nil }
        if !rest.isMultiple(of: next.extent) {
          guard next.extent.isMultiple(of: rest) else { return nil }
          let split = next.split(outer: rest)
          next = split.outer
          waiting.append(split.inner)
        }
        rest /= next.extent
        if let last = parts.last, let joined = last.joined(with: next) {
          parts[parts.count - 1] = joined
        } else {
          parts.append(next)
        }
      }
      result.append(parts)
    }
    return result
  }
}
