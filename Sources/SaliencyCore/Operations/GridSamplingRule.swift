/// How a grid samples points between elements, and beyond them.
public struct GridSamplingRule: Sendable, Hashable {
  /// Which elements around a point count.
  public enum Filter: Sendable, Hashable {
    /// The nearest one, the even one of two.
    case nearest
    /// The two along each axis, by their distance.
    case linear
    /// Four along each axis, by Keys' cubic convolution with the coefficient −0.75.
    case cubic
  }

  /// What stands beyond the elements.
  public enum Border: Sendable, Hashable {
    /// Zeros.
    case zeros
    /// The outermost element again and again.
    case edge
    /// The elements mirrored at the border.
    case reflection
  }

  /// Which elements around a point count.
  public let filter: Filter
  /// What stands beyond the elements.
  public let border: Border
  /// Whether −1 and 1 are the centers of the outermost elements, or their outer edges.
  public let alignsCorners: Bool

  /// A rule.
  public init(filter: Filter, border: Border, alignsCorners: Bool) {
    self.filter = filter
    self.border = border
    self.alignsCorners = alignsCorners
  }
}

/// The elements that the points of a grid are made of.
struct GridWalk: Sendable {
  private let rule: GridSamplingRule
  let extents: [Int]
  let points: Int
  let size: Int

  init(_ rule: GridSamplingRule, extents: [Int], points: Int) {
    self.rule = rule
    self.extents = extents
    self.points = points
    size = extents.reduce(1, *)
  }

  /// An element that goes into a sample, by its offset in a plane, and how much of it.
  struct Tap {
    var offset: Int
    var weight: Float
  }

  /// Room for what goes into one sample: four elements along each axis.
  func withTaps(_ body: (UnsafeMutablePointer<Tap>) -> Void) {
    withUnsafeTemporaryAllocation(of: Tap.self, capacity: 1 << (2 * extents.count)) { body($0.baseAddress!) }
  }

  /// Writes what goes into the sample at a point, and returns how many elements there are.
  func fill(_ taps: UnsafeMutablePointer<Tap>, _ point: UnsafePointer<Float>) -> Int {
    taps[0] = Tap(offset: 0, weight: 1)
    var count = 1
    for axis in extents.indices {
      let extent = extents[axis]
      let along = self.taps(at: point[extents.count - 1 - axis], extent)
      // From the last on, so that none is written over before it is read.
      for index in (0..<count).reversed() {
        let tap = taps[index]
        for position in 0..<along.count {
          taps[index * along.count + position] = Tap(
            offset: tap.offset * extent + along.offsets[position],
            weight: tap.weight * along.weights[position])
        }
      }
      count *= along.count
    }
    return count
  }

  /// Elements along one axis.
  private struct AxisTaps {
    var count = 0
    var offsets: SIMD4<Int> = .zero
    var weights: SIMD4<Float> = .zero

    mutating func append(_ offset: Int, _ weight: Float) {
      (offsets[count], weights[count]) = (offset, weight)
      count += 1
    }
  }

  private func taps(at coordinate: Float, _ extent: Int) -> AxisTaps {
    let limits: (Float, Float) = rule.alignsCorners ? (0, Float(extent) - 1) : (-0.5, Float(extent) - 0.5)
    var x =
      rule.alignsCorners
      ? (coordinate + 1) / 2 * Float(extent - 1) : ((coordinate + 1) * Float(extent) - 1) / 2
    if rule.filter == .nearest { x = x.rounded(.toNearestOrEven) }
    if x < limits.0 || x > limits.1 {
      switch rule.border {
      case .zeros: break
      case .edge: x = min(max(x, 0), Float(extent - 1))
      case .reflection: x = reflected(x, limits)
      }
    }
    var taps = AxisTaps()
    // Beyond these points, and for what is not a number, there is nothing but the border.
    guard x > -8, x < Float(extent) + 8 else {
      if rule.border != .zeros { taps.append(x > 0 ? extent - 1 : 0, 1) }
      return taps
    }
    let lower = x.rounded(.down)
    let (start, count, weights) = weights(from: lower, rest: x - lower)
    for index in 0..<count {
      let position = start + index
      if 0..<extent ~= position {
        taps.append(position, weights[index])
      } else if rule.border == .edge {
        taps.append(min(max(position, 0), extent - 1), weights[index])
      } else if rule.border == .reflection {
        taps.append(min(max(Int(reflected(Float(position), limits)), 0), extent - 1), weights[index])
      }
    }
    return taps
  }

  private func weights(from lower: Float, rest t: Float) -> (
    start: Int, count: Int, weights: SIMD4<Float>
  ) {
    let a: Float = -0.75
    switch rule.filter {
    case .nearest: return (Int(lower), 1, [1, 0, 0, 0])
    case .linear: return (Int(lower), 2, [1 - t, t, 0, 0])
    case .cubic:
      return (
        Int(lower) - 1, 4,
        [
          ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a,
          ((a + 2) * t - (a + 3)) * t * t + 1,
          ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1,
          ((a * (2 - t) - 5 * a) * (2 - t) + 8 * a) * (2 - t) - 4 * a,
        ]
      )
    }
  }

  private func reflected(_ x: Float, _ limits: (Float, Float)) -> Float {
    let span = limits.1 - limits.0
    guard span > 0, x < limits.0 || x > limits.1 else { return x }
    let distance = x < limits.0 ? limits.0 - x : x - limits.1
    let count = (distance / span).rounded(.down)
    let rest = distance - count * span
    let isEven = count.truncatingRemainder(dividingBy: 2) == 0
    return (x < limits.0) == isEven ? limits.0 + rest : limits.1 - rest
  }
}
