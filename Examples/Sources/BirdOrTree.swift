import Saliency

extension Example {
  /// Does the network see the bird or the tree behind it?
  static let birdOrTree = Example("bird-or-tree") { files in
    print("to come")
  }
}
