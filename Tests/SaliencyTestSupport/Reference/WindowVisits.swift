import SaliencyCore

/// Every meeting of a sliding window's tap with an element of the input, over the spatial axes alone.
struct WindowVisits {
  /// A window, one of its taps and the element under it, each by its position in row-major order.
  struct Visit {
    let window: Int
    let tap: Int
    let element: Int
  }

  /// In the order of the windows, then of the taps.
  let visits: [Visit]
  let windowCount: Int
  let tapCount: Int
  let elementCount: Int

  init(input: [Int], kernel: [Int], output: [Int], geometry: WindowGeometry) {
    var visits: [Visit] = []
    for (window, corner) in output.allIndices.enumerated() {
      for (tap, offset) in kernel.allIndices.enumerated() {
        let position = input.indices.map {
          corner[$0] * geometry.strides[$0] - geometry.paddingBefore[$0] + offset[$0] * geometry.dilations[$0]
        }
        guard input.indices.allSatisfy({ position[$0] >= 0 && position[$0] < input[$0] }) else { continue }
        visits.append(Visit(window: window, tap: tap, element: input.offset(of: position)))
      }
    }
    self.visits = visits
    windowCount = output.elementCount
    tapCount = kernel.elementCount
    elementCount = input.elementCount
  }
}
