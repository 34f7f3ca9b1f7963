/// Products of tensors summed over labeled axes, as NumPy's `einsum` writes them: "bij,bjk->bik".
///
/// Axes of one label are multiplied element by element, those that the result lacks are summed over, and a label that
/// stands twice in one operand is its diagonal. An ellipsis stands for axes that are broadcast.
package struct EinsteinSum {
  /// An axis: a letter, or one that an ellipsis stands for, counted from the last.
  private enum Label: Hashable {
    case letter(Character)
    case ellipsis(Int)
  }

  /// A tensor under way, with one label an axis.
  private struct Term {
    var value: Value
    var labels: [Label]
  }

  private let operands: [[Label]]
  private let result: [Label]
  private let extents: [Label: Int]

  /// Reads an equation for operands of `shapes`.
  package init(_ equation: String, shapes: [Shape]) throws(GraphError) {
    let sides = equation.filter { $0 != " " }.split(separator: "->", omittingEmptySubsequences: false)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    guard (1...2).contains(sides.count), terms.count == shapes.count else {
      throw Self.invalid("'\(equation.printable())' is no equation for \(shapes.count) operands")
    }
    var operands: [[Label]] = []
    var extents: [Label: Int] = [:]
    for (term, shape) in zip(terms, shapes) {
      let letters = term.filter { $0 != "." }.count
      let labels = try Self.labels(of: term, ellipsisCount: shape.count - letters)
      guard labels.count == shape.count else {
        throw Self.invalid("'\(String(term).printable())' does not name the axes of \(shape.text)")
      }
      for (label, extent) in zip(labels, shape) {
        let known = extents[label] ?? 1
        guard known == extent || known == 1 || extent == 1 else {
          throw Self.invalid(
            "an axis has \(known) elements in one operand and \(extent) in another ('\(equation.printable())')"
          )
        }
        extents[label] = known == 1 ? extent : known
      }
      operands.append(labels)
    }
    let ellipsisCount = extents.keys.reduce(0) { count, label in
      if case .ellipsis(let position) = label { max(count, position + 1) } else { count }
    }
    if sides.count == 2 {
      result = try Self.labels(of: sides[1], ellipsisCount: ellipsisCount)
      guard Set(result).count == result.count, result.allSatisfy({ extents[$0] != nil }) else {
        throw Self.invalid("the result of '\(equation.printable())' has an axis twice, or one of no operand")
      }
    } else {
      let all = operands.flatMap { $0 }
      let once = all.compactMap { label -> Character? in
        guard case .letter(let letter) = label else { return nil }
        return all.count { $0 == label } == 1 ? letter : nil
      }
      result = (0..<ellipsisCount).reversed().map { .ellipsis($0) } + once.sorted().map { .letter($0) }
    }
    self.operands = operands
    self.extents = extents
  }

  private static func labels(of term: Substring, ellipsisCount: Int) throws(GraphError) -> [Label] {
    var labels: [Label] = []
    var rest = term
    var hasEllipsis = false
    while let letter = rest.first {
      if rest.hasPrefix("..."), !hasEllipsis, ellipsisCount >= 0 {
        labels += (0..<ellipsisCount).reversed().map { .ellipsis($0) }
        hasEllipsis = true
        rest = rest.dropFirst(3)
        continue
      }
      guard letter.isASCII, letter.isLetter else {
        throw invalid("'\(String(term).printable())' is not made of letters and one ellipsis")
      }
      labels.append(.letter(letter))
      rest = rest.dropFirst()
    }
    return labels
  }

  private static func invalid(_ message: String) -> GraphError { GraphError(.shapeMismatch, message) }

  /// The sum for operands of the shapes that the equation was read for.
  package func callAsFunction(_ values: [Value]) -> Value {
    let terms = zip(values, operands).map { squeezed(diagonal(Term(value: $0, labels: $1))) }
    var product = terms[0]
    for (position, term) in terms.enumerated().dropFirst() {
      let needed = Set(result).union(terms[(position + 1)...].flatMap(\.labels))
      product = multiplied(product, term, keeping: needed)
    }
    product = summed(product, keeping: Set(result))
    let order = result.compactMap { product.labels.firstIndex(of: $0) }
    // What every operand had with extent 1 was left out on the way.
    return product.value.transposed(order).reshaped(to: result.map { extents[$0]! })
  }

  /// Repeated labels made one.
  private func diagonal(_ term: Term) -> Term {
    var term = term
    while let second = term.labels.indices.first(where: { term.labels[..<$0].contains(term.labels[$0]) }) {
      let first = term.labels.firstIndex(of: term.labels[second])!
      let rest = term.labels.indices.filter { $0 != first && $0 != second }
      let extent = term.value.shape[first]
      let outer = rest.map { term.value.shape[$0] }
      guard term.value.shape[second] == extent else {
        term.value.builder.fail(
          Self.invalid("the diagonal of an axis of \(extent) and one of \(term.value.shape[second])"))
        return Term(value: term.value.builder.constant(Tensor(0)), labels: [])
      }
      let flat = term.value.transposed(rest + [first, second]).reshaped(to: outer + [extent * extent])
      let slice = Slice(
        starts: flat.shape.map { _ in 0 }, counts: outer + [extent],
        steps: outer.map { _ in 1 } + [extent + 1])
      term = Term(value: flat.applying(slice), labels: rest.map { term.labels[$0] } + [term.labels[first]])
    }
    return term
  }

  /// Without axes of extent 1: leaving out is broadcasting.
  private func squeezed(_ term: Term) -> Term {
    let kept = term.labels.indices.filter { term.value.shape[$0] != 1 }
    return Term(
      value: term.value.reshaped(to: kept.map { term.value.shape[$0] }), labels: kept.map { term.labels[$0] })
  }

  /// Summed over the axes that nobody needs any more.
  private func summed(_ term: Term, keeping needed: Set<Label>) -> Term {
    let axes = term.labels.indices.filter { !needed.contains(term.labels[$0]) }
    guard !axes.isEmpty else { return term }
    return Term(
      value: term.value.sum(axes, keepsAxes: false), labels: term.labels.filter { needed.contains($0) })
  }

  private func multiplied(_ left: Term, _ right: Term, keeping needed: Set<Label>) -> Term {
    let left = summed(left, keeping: needed.union(right.labels))
    let right = summed(right, keeping: needed.union(left.labels))
    let shared = left.labels.filter { right.labels.contains($0) }
    let batch = shared.filter { needed.contains($0) }
    let inner = shared.filter { !needed.contains($0) }
    let rows = left.labels.filter { !shared.contains($0) }
    let columns = right.labels.filter { !shared.contains($0) }
    let labels = batch + rows + columns
    let shape = labels.map { extents[$0]! }
    func count(_ labels: [Label]) -> Int { labels.reduce(1) { $0 * extents[$1]! } }
    func ordered(_ term: Term, _ order: [Label]) -> Value {
      term.value.transposed(order.map { term.labels.firstIndex(of: $0)! })
    }
    if inner.isEmpty {
      let rowShape = batch.map { extents[$0]! } + rows.map { extents[$0]! } + columns.map { _ in 1 }
      let columnShape = batch.map { extents[$0]! } + rows.map { _ in 1 } + columns.map { extents[$0]! }
      let product =
        ordered(left, batch + rows).reshaped(to: rowShape)
        * ordered(right, batch + columns).reshaped(to: columnShape)
      return Term(value: product, labels: labels)
    }
    // As they lie, if one of the two orders in which a product takes them is theirs.
    let transposesLeft = left.labels == batch + inner + rows
    let transposesRight = right.labels == batch + columns + inner
    let outer = batch.isEmpty ? [] : [count(batch)]
    let a = ordered(left, transposesLeft ? left.labels : batch + rows + inner).reshaped(
      to: outer + (transposesLeft ? [count(inner), count(rows)] : [count(rows), count(inner)]))
    let b = ordered(right, transposesRight ? right.labels : batch + inner + columns).reshaped(
      to: outer + (transposesRight ? [count(columns), count(inner)] : [count(inner), count(columns)]))
    let product = a.applying(
      MatrixProduct(transposesLeft: transposesLeft, transposesRight: transposesRight), b)
    return Term(value: product.reshaped(to: shape), labels: labels)
  }
}
