import SaliencyCore

/// A part of a value along an axis, and the numbers before the sigmoid or softmax that gives it.
///
/// A detector has its boxes and its classes in one output, of which the activation is over a part alone. So a part is followed back through joins,
/// slices, transpositions and changes of shape to what gives it.
struct ActivatedPart {
  /// What the part is.
  enum Activation: Sendable, Hashable {
    case sigmoid
    /// A softmax over the part's axis.
    case softmax

    var name: String { self == .sigmoid ? Sigmoid().name : Softmax.name }
  }

  /// The numbers before the activation, in the part's shape; the part itself where there is none.
  let score: Value
  /// The part itself.
  let probability: Value
  /// Nil where there is none.
  let activation: Activation?

  /// The elements in `range` along an axis of a value.
  init(of value: Value, axis: Int, _ range: Range<Int>) {
    probability = value.sliced(axis: axis, range)
    if let (score, activation) = Self.source(of: value, axis, range) {
      (self.score, self.activation) = (score, activation)
    } else {
      (score, activation) = (probability, nil)
    }
  }

  /// What is before the activation that gives all of a part; nil where there is none.
  private static func source(
    of value: Value, _ axis: Int, _ range: Range<Int>
  ) -> (Value, Activation)? {
    let builder = value.builder
    let node = value.node
    func operand(_ position: Int = 0) -> Value { builder.value(at: node.operands[position]) }
    switch node.operation {
    case is Sigmoid: return (operand().sliced(axis: axis, range), .sigmoid)
    case let softmax as Softmax where softmax.axis == axis && range.count == value.shape[axis]:
      return (operand(), .softmax)
    case let joined as Concatenation:
      var parts: [(Value, Activation)] = []
      var start = 0
      for position in node.operands.indices {
        let part = operand(position)
        var own = range
        if joined.axis == axis {
          defer { start += part.shape[axis] }
          guard let inside = range.clamped(start, part.shape[axis]) else { continue }
          own = inside
        }
        guard let source = source(of: part, axis, own) else { return nil }
        // Of a softmax over several parts each is one by itself.
        guard parts.isEmpty || (parts[0].1 == source.1 && (joined.axis != axis || source.1 == .sigmoid))
        else {
          return nil
        }
        parts.append(source)
      }
      guard let first = parts.first else { return nil }
      return (first.0.joined(parts.dropFirst().map(\.0), axis: joined.axis), first.1)
    case let order as Transpose:
      return source(of: operand(), order.permutation[axis], range).map { score, activation in
        (score.transposed(order.permutation), activation)
      }
    case is Reshape:
      guard let from = operand().axis(as: axis, of: value.shape) else { return nil }
      return source(of: operand(), from, range).map { score, activation in
        var shape = value.shape
        shape[axis] = range.count
        return (score.reshaped(to: shape), activation)
      }
    case let slice as Slice where slice.steps[axis] == 1:
      let own = range.lowerBound + slice.starts[axis]..<range.upperBound + slice.starts[axis]
      return source(of: operand(), axis, own).map { score, activation in
        var (starts, counts) = (slice.starts, slice.counts)
        (starts[axis], counts[axis]) = (0, range.count)
        return (score.applying(Slice(starts: starts, counts: counts, steps: slice.steps)), activation)
      }
    case let gather as Gather where axis == 1:
      let picked = gather.indices[range]
      guard let first = picked.first, first >= 0, picked.elementsEqual(first..<first + Int32(range.count))
      else {
        return nil
      }
      return source(of: operand(), 1, Int(first)..<Int(first) + range.count)
    case let gather as Gather:
      return source(of: operand(), axis, range).map { score, activation in
        (score.applying(gather), activation)
      }
    default: return spelledOut(value, axis, range)
    }
  }

  /// The same of an activation that is written with several operations.
  private static func spelledOut(_ value: Value, _ axis: Int, _ range: Range<Int>) -> (Value, Activation)? {
    guard let found = ActivationFinder().activation(of: value), !found.isLogarithm, let score = found.score
    else {
      return nil
    }
    switch found.activation {
    case .sigmoid: return (score().sliced(axis: axis, range), .sigmoid)
    case .softmax: return found.axis == axis && range.count == value.shape[axis] ? (score(), .softmax) : nil
    }
  }
}

extension Range<Int> {
  /// What of the range lies in a part, counted from that part's start; nil where nothing does.
  func clamped(_ start: Int, _ count: Int) -> Range<Int>? {
    let part = clamped(to: start..<start + count)
    return part.isEmpty ? nil : part.lowerBound - start..<part.upperBound - start
  }
}

extension Value {
  /// The nodes that give a part of a value along an axis, behind whatever only moves numbers.
  func sources(axis: Int, _ range: Range<Int>) -> Set<Int> {
    func operand(_ position: Int = 0) -> Value { builder.value(at: node.operands[position]) }
    switch node.operation {
    case let joined as Concatenation:
      var (found, start): (Set<Int>, Int) = ([], 0)
      for position in node.operands.indices {
        let part = operand(position)
        guard joined.axis == axis else {
          found.formUnion(part.sources(axis: axis, range))
          continue
        }
        if let own = range.clamped(start, part.shape[axis]) { found.formUnion(part.sources(axis: axis, own)) }
        start += part.shape[axis]
      }
      return found
    case let order as Transpose: return operand().sources(axis: order.permutation[axis], range)
    case is Reshape:
      return operand().axis(as: axis, of: shape).map { operand().sources(axis: $0, range) } ?? [index]
    case let slice as Slice where slice.steps[axis] == 1:
      let first = slice.starts[axis]
      return operand().sources(axis: axis, range.lowerBound + first..<range.upperBound + first)
    case let gather as Gather where axis == 1:
      guard let first = gather.indices[range].min(), let last = gather.indices[range].max(), first >= 0 else {
        return [index]
      }
      return operand().sources(axis: 1, Int(first)..<Int(last) + 1)
    case is Gather: return operand().sources(axis: axis, range)
    default: return [index]
    }
  }

  /// The elements in a range along an axis; itself where that is all of them.
  func sliced(axis: Int, _ range: Range<Int>) -> Value {
    range == 0..<shape[axis] ? self : sliced(axis: axis, from: range.lowerBound, count: range.count)
  }

  /// The values one after another along an axis.
  func joined(_ others: [Value], axis: Int) -> Value {
    others.isEmpty ? self : builder.append(Concatenation(axis: axis), [self] + others, name: nil)
  }

  /// The axis that a change to a shape makes one of its axes of, as it is; nil where that axis is divided or joined.
  fileprivate func axis(as axis: Int, of result: Shape) -> Int? {
    let (outer, extent) = (result[..<axis].reduce(1, *), result[axis])
    var product = 1
    for own in shape.indices {
      if product == outer, shape[own] == extent, extent != 1 { return own }
      product *= shape[own]
    }
    guard extent == 1 else { return nil }
    // An axis of one element may be any of those that stand there.
    product = 1
    for own in shape.indices {
      if product == outer, shape[own] == 1 { return own }
      product *= shape[own]
    }
    return nil
  }
}
