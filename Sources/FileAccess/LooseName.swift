/// A name from a list as people type it: neither case nor separators tell names apart, so `gradcam`, `Grad-CAM` and `grad_cam` are one.
package struct LooseName: Hashable, Sendable {
  private let letters: String

  package init(_ name: some StringProtocol) {
    letters = name.lowercased().filter { !"-_. ".contains($0) }
  }
}
