/// What an axis of a tensor stands for.
public enum AxisRole: Character, Sendable, Hashable, CaseIterable {
  /// Items that the network keeps apart: a batch.
  case items = "N"
  /// Units: classes, channels, features.
  case units = "C"
  /// Places in time.
  case time = "T"
  /// Rows of places.
  case height = "H"
  /// Columns of places.
  case width = "W"
  /// Slices of places in a volume.
  case depth = "D"
  /// Places without an order: queries, anchors, boxes, nodes.
  case query = "Q"
  /// No role: an axis that is neither a batch nor has units, and counts with the places.
  case none = "-"

  /// Whether the axis runs along places.
  public var isPlace: Bool { self != .items && self != .units }
}

/// How a role is known, the surest way first.
public enum RoleOrigin: String, Sendable, Hashable, CaseIterable {
  /// The user said it.
  case said
  /// A file says it: the model or its settings.
  case file
  /// The graph leaves no other choice.
  case proved
  /// By convention; nothing says otherwise.
  case assumed
}

/// The roles of all axes of a tensor.
public struct AxisRoles: Sendable, Hashable {
  /// The role of one axis, and how it is known.
  public struct Axis: Sendable, Hashable {
    /// What the axis stands for.
    public var role: AxisRole
    /// How that is known.
    public var origin: RoleOrigin

    /// A role.
    public init(_ role: AxisRole, _ origin: RoleOrigin) {
      (self.role, self.origin) = (role, origin)
    }
  }

  /// The axes, outermost first.
  public var axes: [Axis]

  /// Roles of axes, outermost first.
  public init(_ axes: [Axis]) { self.axes = axes }

  /// The axis along which items lie; nil where there is none.
  public var itemAxis: Int? { axes.firstIndex { $0.role == .items } }
  /// The axis along which units lie; nil where there is none.
  public var unitAxis: Int? { axes.firstIndex { $0.role == .units } }
  /// The axes along which places lie, outermost first.
  public var placeAxes: [Int] { axes.indices.filter { axes[$0].role.isPlace } }
  /// The roles as letters, such as "NCHW".
  public var letters: String { String(axes.map(\.role.rawValue)) }
  /// The least sure way in which one of them is known; assumed where there are no axes.
  public var origin: RoleOrigin {
    let order = RoleOrigin.allCases
    return axes.map(\.origin).max { order.firstIndex(of: $0)! < order.firstIndex(of: $1)! } ?? .assumed
  }
}

/// The roles that somebody says of a tensor's axes.
package struct SaidRoles: Sendable, Hashable {
  /// A role for each axis.
  package let roles: [AxisRole]
  /// Who says them.
  package let origin: RoleOrigin

  /// Roles, and who says them.
  package init(_ roles: [AxisRole], _ origin: RoleOrigin) {
    (self.roles, self.origin) = (roles, origin)
  }
}
