public import Saliency

/// What an audit found, as `findings.json` has it; `Documentation/findings.schema.json` describes it.
public struct AuditFindings: Report {
  /// How many images were asked about.
  public let images: Int
  /// Those that failed.
  public let failed: [FailedImage]
  /// Whether regions have been tested by changing them in the images. Where they have not, nothing is a finding.
  public let tested: Bool
  /// What the network was shown to look at instead of the thing itself.
  public let findings: [Finding]
  /// What changes the network's answer, and may be the thing itself.
  public let undecided: [Finding]

  /// An image that could not be asked about.
  public struct FailedImage: Report {
    /// The path in the data set.
    public let path: String
    /// Why.
    public let reason: String
  }

  /// A region by which the network recognizes a part of a class.
  public struct Finding: Report {
    /// The class.
    public let `class`: String
    /// The part of the class's images.
    public let share: Double
    /// Where it lies.
    public let region: Region
    /// What becomes of the class's own images without it.
    public let removed: Removed
    /// What becomes of other images with it.
    public let added: Added
    /// The images, by their paths.
    public let images: [String]
  }

  /// Where a region lies.
  public struct Region: Report {
    /// `place`, `anywhere`, `background` or `image`.
    public let kind: String
    /// Left, top, right and bottom in fractions of the image; nil where there is no such box.
    public let box: [Double]?

    private enum CodingKeys: String, CodingKey { case kind, box }

    /// Writes a null where there is no box.
    public func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: CodingKeys.self)
      try fields.encode(kind, forKey: .kind)
      try fields.encode(box, forKey: .box)
    }
  }

  /// The effect of taking a region away.
  public struct Removed: Report {
    /// The part of the images that lose the class.
    public let lost: Double
    /// The same of regions of the same size elsewhere.
    public let control: Double
    /// Where the first number lies with a certainty of 95 %.
    public let interval: [Double]
  }

  /// The effect of putting a region into other images.
  public struct Added: Report {
    /// The part of the images that become the class.
    public let gained: Double
    /// The same with what other images have there.
    public let control: Double
    /// Where the first number lies with a certainty of 95 %.
    public let interval: [Double]
  }
}

extension Audit {
  /// What has been found so far; nothing where regions have not been tested yet.
  ///
  /// - Throws: `SaliencyError` where the folder has no audit.
  public func findings() throws -> AuditFindings {
    try findings(try AuditStore(folder: folder, creates: false))
  }

  func findings(_ store: AuditStore) throws -> AuditFindings {
    let identity = try store.identity()
    let tests = try store.tests()
    // Four digits are more than so few images tell.
    func rounded(_ number: Double) -> Double { (number * 10_000).rounded() / 10_000 }
    func findings(_ verdict: TestedCandidate.Verdict) throws -> [AuditFindings.Finding] {
      try tests.filter { $0.test.verdict == verdict }.map { _, test in
        AuditFindings.Finding(
          class: identity?.name(of: test.candidate.unit) ?? "\(test.candidate.unit)",
          share: rounded(test.candidate.share),
          region: .init(kind: test.candidate.kind.rawValue, box: test.candidate.box),
          removed: .init(
            lost: rounded(test.removed.rate), control: rounded(test.removed.control),
            interval: [rounded(test.removed.low), rounded(test.removed.high)]),
          added: .init(
            gained: rounded(test.added.rate), control: rounded(test.added.control),
            interval: [rounded(test.added.low), rounded(test.added.high)]),
          images: try store.paths(of: test.candidate.images))
      }
    }
    return AuditFindings(
      images: try store.imageCount(),
      failed: try store.failures().map { .init(path: $0.path, reason: $0.reason) },
      tested: try store.isTested(), findings: try findings(.finding), undecided: try findings(.undecided))
  }
}
