internal import OneDNN

/// The convolutions and matrix products of a graph and nothing else: what a run takes at least, to hold a plan's time against.
///
/// Each primitive has the layouts and the algorithm that suit it best, no matter what its neighbors would need, weights of
/// its own, and operands in memory that all of them share and that is in caches often. The numbers mean nothing.
public final class BarePrimitives: @unchecked Sendable {
  // Immutable after `init`; the memory is touched by the worker's thread alone.
  private let worker: Worker
  private let invocations: [Invocation]
  private let memory: [AlignedBytes]

  /// What is run: the node and the implementation that oneDNN chose.
  public let descriptions: [(node: String, work: String)]

  /// Compiles what `graph` has; must be called on the worker's thread.
  init(_ graph: Graph, _ type: ElementType, _ worker: Worker) throws {
    self.worker = worker
    let engine = worker.engine
    var pool = Pool(engine: engine)
    var candidates: [(node: String, calls: [Call])] = []
    for (index, node) in graph.nodes.enumerated() where graph.isComputedAtEachRun[index] {
      let shapes = node.operands.map { graph.nodes[$0].shape }
      let calls =
        switch node.operation {
        case let convolution as Convolution: try convolution.bareCalls(shapes, node.shape, type, engine)
        case let convolution as TransposedConvolution:
          try convolution.bareCalls(shapes, node.shape, type, engine)
        case let product as MatrixProduct: try product.bareCalls(shapes, node.shape, type, engine)
        default: [Call]()
        }
      if !calls.isEmpty { candidates.append((node.name, calls)) }
    }
    try pool.reserve(for: candidates.flatMap(\.calls))
    var (invocations, descriptions): ([Invocation], [(String, String)]) = ([], [])
    for (node, calls) in candidates {
      let bound = try calls.map { try pool.bind($0) }
      let times = try bound.count == 1 ? [0] : bound.map { try Self.shortestTime(of: $0, on: worker) }
      let best = times.indices.min { times[$0] < times[$1] }!
      invocations.append(bound[best])
      descriptions.append((node, "\(calls[best].primitive.name) \(calls[best].primitive.implementation)"))
    }
    self.invocations = invocations
    self.descriptions = descriptions
    memory = pool.all
  }

  private static func shortestTime(of invocation: Invocation, on worker: Worker) throws -> Double {
    try (0..<4).map { _ in try time([invocation], on: worker) }.min()!
  }

  private static func time(_ invocations: [Invocation], on worker: Worker) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for invocation in invocations { try invocation.run(on: worker.stream) }
    try worker.wait()
    return start.duration(to: clock.now).milliseconds
  }

  /// Runs everything once, one after the other, and returns the milliseconds.
  func time(on worker: Worker) throws -> Double {
    guard worker === self.worker else {
      throw GraphError(
        .execution, "primitives run on the executor that compiled them, and this is another one")
    }
    return try Self.time(invocations, on: worker)
  }

  /// A primitive and the layouts of its arguments.
  struct Call {
    let primitive: Primitive
    /// Whether an argument is a tensor of this call alone, as weights are; others share memory.
    let arguments: [(argument: Argument, layout: Layout, isOwn: Bool)]

    init(_ descriptor: consuming PrimitiveDescriptor, _ arguments: [(Argument, Shape)]) throws {
      var all = try arguments.compactMap { argument, shape in
        try descriptor.layout(of: argument, shape).map {
          (argument, $0, argument == .weights || argument == .bias)
        }
      }
      if let scratch = try descriptor.layout(of: .scratchpad, []) {
        all.append((.scratchpad, scratch, false))
      }
      self.arguments = all
      primitive = try Primitive(descriptor)
    }
  }

  /// Memory for the arguments.
  private struct Pool {
    let engine: Engine
    private var shared: [Argument: AlignedBytes] = [:]
    private(set) var all: [AlignedBytes] = []

    init(engine: Engine) { self.engine = engine }

    /// Makes the shared memory as large as the largest argument.
    mutating func reserve(for calls: [Call]) throws {
      var sizes: [Argument: Int] = [:]
      for entry in calls.flatMap(\.arguments) where !entry.isOwn {
        sizes[entry.argument] = max(sizes[entry.argument] ?? 0, entry.layout.byteCount)
      }
      for (argument, size) in sizes { shared[argument] = try filled(size) }
    }

    mutating func bind(_ call: Call) throws -> Invocation {
      Invocation(
        call.primitive,
        try call.arguments.map { argument, layout, isOwn in
          let bytes = try isOwn ? filled(layout.byteCount) : shared[argument]!
          return (argument, try Memory(layout.descriptor, at: bytes.address, engine: engine))
        })
    }

    /// Small numbers: never so small that arithmetic on them is slow.
    private mutating func filled(_ byteCount: Int) throws -> AlignedBytes {
      let bytes = try AlignedBytes(count: byteCount)
      let count = byteCount / MemoryLayout<Float>.stride
      bytes.address.initializeMemory(as: Float.self, repeating: 0.25, count: count)
      all.append(bytes)
      return bytes
    }
  }
}

extension Graph {
  /// For each node whether an output depends on it and it depends on an input, so that no plan works it out beforehand.
  fileprivate var isComputedAtEachRun: [Bool] {
    var isVariable = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      isVariable[index] = node.operation is Input || node.operands.contains { isVariable[$0] }
    }
    return zip(isVariable, reachable).map { $0 && $1 }
  }
}

private let algorithms: [ConvolutionAlgorithm] = [.direct, .automatic]

extension [BarePrimitives.Call] {
  /// Those with different implementations.
  fileprivate var distinct: Self {
    var known: Set<String> = []
    return filter { known.insert($0.primitive.implementation).inserted }
  }
}

extension Convolution {
  fileprivate func bareCalls(_ operands: [Shape], _ result: Shape, _ type: ElementType, _ engine: Engine)
    throws
    -> [BarePrimitives.Call]
  {
    let kernel = groupedKernel(operands[1], groups: groups)
    return try algorithms.map { algorithm in
      try BarePrimitives.Call(
        .convolution(
          source: Layout.any(operands[0], type).descriptor, weights: Layout.any(kernel, type).descriptor,
          bias: operands.count == 3 ? Layout.plain(operands[2]).descriptor : nil,
          destination: Layout.any(result, type).descriptor,
          window: geometry.parameters, algorithm: algorithm, engine: engine),
        [(.source, operands[0]), (.weights, kernel), (.destination, result)]
          + (operands.count == 3 ? [(.bias, operands[2])] : []))
    }.distinct
  }
}

extension TransposedConvolution {
  fileprivate func bareCalls(_ operands: [Shape], _ result: Shape, _ type: ElementType, _ engine: Engine)
    throws
    -> [BarePrimitives.Call]
  {
    let kernel = groupedKernel(operands[1], groups: groups)
    return try algorithms.map { algorithm in
      let forward = try PrimitiveDescriptor.convolution(
        source: Layout.any(result, type).descriptor, weights: Layout.any(kernel, type).descriptor, bias: nil,
        destination: Layout.any(operands[0], type).descriptor,
        window: geometry.parameters, algorithm: algorithm, engine: engine)
      return try BarePrimitives.Call(
        .convolutionBackwardData(
          sourceGradient: Layout.any(result, type).descriptor, weights: Layout.any(kernel, type).descriptor,
          destinationGradient: Layout.any(operands[0], type).descriptor,
          window: geometry.parameters, algorithm: algorithm, forward: forward, engine: engine),
        [(.sourceGradient, result), (.weights, kernel), (.destinationGradient, operands[0])])
    }.distinct
  }
}

extension MatrixProduct {
  fileprivate func bareCalls(_ operands: [Shape], _ result: Shape, _ type: ElementType, _ engine: Engine)
    throws
    -> [BarePrimitives.Call]
  {
    func extents(_ shape: Shape, _ isTransposed: Bool) -> Shape {
      var shape = shape.padded(toRank: result.count)
      if isTransposed { shape.swapAt(shape.count - 1, shape.count - 2) }
      return shape
    }
    var (left, right) = (extents(operands[0], transposesLeft), extents(operands[1], transposesRight))
    var result = result
    // A batch that shares one right matrix is one larger matrix.
    if result.count > 2, right.dropLast(2).allSatisfy({ $0 == 1 }) {
      let rows = result.dropLast().reduce(1, *)
      (left, right, result) = (
        [rows, left[left.count - 1]], Array(right.suffix(2)), [rows, result[result.count - 1]]
      )
    }
    return [
      try BarePrimitives.Call(
        .matrixProduct(
          source: Layout.any(left, type).descriptor, weights: Layout.any(right, type).descriptor, bias: nil,
          destination: Layout.any(result, type).descriptor,
          engine: engine),
        [(.source, left), (.weights, right), (.destination, result)])
    ]
  }
}
