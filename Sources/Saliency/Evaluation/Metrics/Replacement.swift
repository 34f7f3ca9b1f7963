/// The network's confidence while places are replaced one after the other, those that matter most first.
struct Replacement {
  /// At how many points of the way the network is run, beside its start.
  let steps: Int

  /// The curve from an input to another one.
  func curve(
    _ explanation: EvaluatedExplanation, from start: [Float], to end: [Float]
  ) async throws -> [MetricValue.Point] {
    let order = explanation.ranking()
    let steps = min(steps, order.count)
    var values = start
    var replaced = 0
    let scores = try await explanation.scores(count: steps + 1) { step in
      let count = step * order.count / steps
      for place in order[replaced..<count] {
        for element in explanation.places.elements(of: place) { values[element] = end[element] }
      }
      replaced = count
      return values
    }
    return scores.enumerated().map { step, score in
      MetricValue.Point(
        share: Double(step * order.count / steps) / Double(order.count), value: score.confidence)
    }
  }
}
