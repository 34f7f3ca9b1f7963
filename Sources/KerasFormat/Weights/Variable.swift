/// A tensor that a layer keeps, and where files have it.
struct Variable: Sendable, Hashable {
  /// What it is to the layer, such as "kernel".
  let role: String
  /// The objects inside the layer that lead to the one that keeps it, such as ["forward_layer", "cell"].
  var path: [String]
  /// Its position among the variables of that object.
  let position: Int
  /// Whether it is trained; files of Keras 2 list those first.
  var isTrainable: Bool

  init(_ role: String, path: [String] = [], position: Int, isTrainable: Bool = true) {
    self.role = role
    self.path = path
    self.position = position
    self.isTrainable = isTrainable
  }

  /// Where it lies in the archive, below the layer's group.
  var key: String { (path + ["vars", "\(position)"]).joined(separator: "/") }
}

extension [Variable] {
  /// Variables of one object in order, named by `roles`.
  static func list(_ roles: String..., path: [String] = []) -> [Variable] { list(roles, path: path) }

  static func list(_ roles: [String], path: [String] = []) -> [Variable] {
    roles.enumerated().map { Variable($1, path: path, position: $0) }
  }

  /// The same variables as those of an object at `path`, frozen where that is.
  func inside(_ path: [String], isTrainable: Bool = true) -> [Variable] {
    map {
      var variable = $0
      variable.path = path + $0.path
      variable.isTrainable = $0.isTrainable && isTrainable
      return variable
    }
  }
}
