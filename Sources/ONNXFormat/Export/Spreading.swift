import SaliencyCore

extension NodeExport {
  /// The elements along some axes with zeros between them and around them, or cut off where amounts are negative.
  ///
  /// - Parameters:
  ///   - steps: the distance of neighbors along each axis afterwards.
  ///   - before: how many zeros stand before the first element of each axis.
  ///   - total: the extents afterwards, of axes that are not fixed the ones that they have.
  func spread(
    _ value: String, _ extents: [ExportedExtent], steps: [Int], before: [Int], total: [ExportedExtent]
  ) throws(ExportFault) -> String {
    var (value, extents) = (value, extents)
    var after = before.map { _ in 0 }
    for axis in extents.indices where extents[axis] != total[axis] || before[axis] != 0 {
      let count = try fixed([extents[axis]], "where a part goes")[0]
      let goal = try fixed([total[axis]], "where a part goes")[0]
      if steps[axis] > 1, count > 1 {
        // Zeros behind each element, along an axis of their own.
        var apart = extents
        apart.insert(ExportedExtent(1), at: axis + 1)
        var pads = [Int](repeating: 0, count: 2 * apart.count)
        pads[apart.count + axis + 1] = steps[axis] - 1
        value = add("Pad", [reshaped(value, to: apart), integers(pads), number(0)])
        extents[axis] = ExportedExtent(count * steps[axis])
        value = reshaped(value, to: extents)
      }
      after[axis] = goal - before[axis] - extents[axis].fixed
    }
    guard (before + after).contains(where: { $0 != 0 }) else { return value }
    return add("Pad", [value, integers(before + after), number(0)])
  }
}
