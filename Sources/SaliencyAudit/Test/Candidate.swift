internal import Saliency

/// Images of a class that may be recognized by a region.
struct Candidate: Sendable {
  /// The class.
  let unit: Int
  /// The number of the cluster; nil where it is the whole class.
  let cluster: Int?
  let kind: Kind
  /// The images, by their numbers in the database.
  let images: [Int64]
  /// Their part of the class.
  let share: Double
  /// The box in fractions of the image; nil where there is none.
  let box: [Double]?

  /// Where the region lies.
  enum Kind: String, Sendable {
    /// The same place in each image.
    case place
    /// Another place in each image.
    case anywhere
    /// All that is outside the masks.
    case background
  }
}

/// An image with what a test needs of it.
struct TestImage: Sendable {
  let id: Int64
  let path: String
  /// The class that the network says.
  let predicted: Int
  /// What the network sees.
  let image: Image
  /// The densest box of its map; nil where it has none.
  let box: Region.Box?
  /// The object; nil where there is no mask.
  let object: Region?
}

/// What changing a region does.
struct InterventionEffect: Sendable, Codable, Equatable {
  /// The part of the images whose class changes: of the candidate's those that lose it, of others those that become it.
  var rate = 0.0
  /// The same of the control.
  var control = 0.0
  /// Where the rate lies with a certainty of 95 %.
  var low = 0.0
  var high = 0.0
  /// The mean change of the class's score, and that of the control.
  var scoreChange = 0.0
  var controlScoreChange = 0.0
  /// The chance of such a difference where there is none, before it is corrected for the number of tests.
  var probability = 1.0
  /// How many images were tried.
  var count = 0

  /// How far the rate is beyond its control.
  var difference: Double { rate - control }
}

/// A candidate with what came of it.
struct TestedCandidate: Sendable {
  let candidate: Candidate
  var removed = InterventionEffect()
  var added = InterventionEffect()
  /// The part of the region that lies outside the objects; nil where there are no masks.
  var outside: Double?
  /// The part of the region's pixels that are the same in all images, and not in other classes; nil where it was not measured.
  var constantShare: Double?
  /// How well its content is found again in the class, by how well in other classes; nil where it was not measured.
  var contentRatio: Double?
  var verdict = Verdict.none
  /// Images before and after.
  var examples: [Example] = []

  enum Verdict: String, Sendable {
    case finding
    case undecided
    /// The region is the object, as masks say.
    case object
    /// Nothing changes beyond the control.
    case none
    /// It matters, and another finding of the class tells it better.
    case same
  }

  /// An image before and after.
  struct Example: Sendable {
    let isAddition: Bool
    let path: String
    let before: [UInt8]
    let after: [UInt8]
    /// The classes that the network says.
    let saidBefore: Int
    let saidAfter: Int
  }
}
