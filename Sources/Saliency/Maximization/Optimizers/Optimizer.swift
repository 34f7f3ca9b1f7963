/// How numbers follow a gradient downhill.
///
/// What an optimizer remembers of earlier steps is its own, and a copy of it remembers it too; so one that has never made a step can be
/// kept and used many times.
public protocol Optimizer: Sendable {
  /// Moves numbers so that what has the gradient falls; they are as many in each step.
  mutating func step(_ numbers: inout [Double], along gradient: [Double])
}
