import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Explainers that are kept")
struct ExplainerCacheTests {
  private static func withCache(
    limit: Int = 8, _ body: (ExplainerCache) async throws -> Void
  ) async throws {
    var made = MadeModel()
    made.input("x", [nil, 2])
    made.weight("w", [2, 2], [1, 2, 3, 4])
    made.node("MatMul", ["x", "w"], ["y"])
    made.output("y")
    try await body(ExplainerCache(Model(bytes: made.file), limit: limit))
  }

  @Test("The same question and shape get the same explainer, other ones get others")
  func kept() async throws {
    try await Self.withCache { cache in
      let first = try await cache.explainer(for: Question(.unit(0)), inputShape: [1, 2])
      #expect(try await cache.explainer(for: Question(.unit(0)), inputShape: [1, 2]) === first)
      #expect(try await cache.explainer(for: Question(.unit(1)), inputShape: [1, 2]) !== first)
      #expect(try await cache.explainer(for: Question(.unit(0)), inputShape: [2, 2]) !== first)
      let occlusion = Question(.unit(0), method: try Method(parsing: "occlusion"))
      #expect(try await cache.explainer(for: occlusion, inputShape: [1, 2]) !== first)
      #expect(await cache.count == 4)
      await cache.removeAll()
      #expect(try await cache.explainer(for: Question(.unit(0)), inputShape: [1, 2]) !== first)
    }
  }

  @Test("The one that was asked for longest ago goes first")
  func limit() async throws {
    try await Self.withCache(limit: 2) { cache in
      let first = try await cache.explainer(for: Question(.unit(0)), inputShape: [1, 2])
      let second = try await cache.explainer(for: Question(.unit(1)), inputShape: [1, 2])
      #expect(try await cache.explainer(for: Question(.unit(0)), inputShape: [1, 2]) === first)
      _ = try await cache.explainer(for: Question(.unit(0)), inputShape: [3, 2])
      #expect(await cache.count == 2)
      #expect(try await cache.explainer(for: Question(.unit(0)), inputShape: [1, 2]) === first)
      #expect(try await cache.explainer(for: Question(.unit(1)), inputShape: [1, 2]) !== second)
    }
  }

  @Test("Tasks that ask at one time share one")
  func together() async throws {
    try await Self.withCache { cache in
      let explainers = try await withThrowingTaskGroup(of: Explainer.self) { group in
        for _ in 0..<8 {
          group.addTask { try await cache.explainer(for: Question(.unit(0)), inputShape: [1, 2]) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(explainers.allSatisfy { $0 === explainers[0] })
    }
  }

  @Test(
    "A question that cannot be compiled is not kept, and one of a formula of one's own is where it is named")
  func special() async throws {
    try await Self.withCache { cache in
      await #expect(throws: SaliencyError.self) {
        try await cache.explainer(for: Question(.unit(0), layer: "none"), inputShape: [1, 2])
      }
      #expect(await cache.count == 0)
      let own = Question(losses: [(Loss("squares", of: "y") { $0 * $0 }, 1)])
      let first = try await cache.explainer(for: own, inputShape: [1, 2])
      #expect(try await cache.explainer(for: own, inputShape: [1, 2]) !== first)
      let named = try await cache.explainer(for: own, named: "squares", inputShape: [1, 2])
      #expect(try await cache.explainer(for: own, named: "squares", inputShape: [1, 2]) === named)
    }
  }

  @Test(
    "Every error has a category, with an exit code and a status",
    arguments: [
      (GraphError(.outOfMemory, ""), .outOfMemory, 71, 503), (CancellationError(), .cancelled, 130, 499),
      (GraphError(.unsupported, ""), .unsupported, 69, 501), (GraphError(.execution, ""), .badData, 65, 422),
    ] as [(any Error, ErrorCategory, Int32, Int)])
  func category(error: any Error, category: ErrorCategory, exitCode: Int32, status: Int) {
    #expect(ErrorCategory(error) == category)
    #expect(category.exitCode == exitCode && category.httpStatus == status)
  }
}
