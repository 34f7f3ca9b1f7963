public import SaliencyCore

extension Network {
  /// What the axes of a node stand for.
  ///
  /// - Parameters:
  ///   - node: the node, of this network.
  ///   - names: the names under which the user may have said it.
  ///   - softmaxAxis: the axis over which a final activation adds up to 1, where the node is what it is taken of; units lie there.
  ///   - finder: what reads this network's graph; a new one where nil.
  /// - Throws: `SaliencyError` where what the user said does not fit.
  func roles(
    of node: Int, names: [String], softmaxAxis: Int? = nil, _ finder: AxisRoleFinder? = nil
  ) throws(SaliencyError) -> AxisRoles {
    let shape = graph.nodes[node].shape
    for name in names {
      guard let said = saidRoles[name] else { continue }
      let roles = try AxisRoles(said: said, of: shape, name: name)
      try requireItems(roles, of: shape, name: name)
      return roles
    }
    let finder = finder ?? AxisRoleFinder(graph)
    let items = itemAxis(of: node)
    let units = unitAxis(of: node, besides: items?.axis, softmaxAxis: softmaxAxis, finder)
    return AxisRoles(
      shape.indices.map { axis in
        if axis == items?.axis { return .init(.items, items!.origin) }
        if axis == units?.axis { return .init(.units, units!.origin) }
        let role = finder.role(of: node, axis: axis)
        return role?.isPlace == true ? .init(role!, .proved) : .init(.query, .assumed)
      })
  }

  /// Throws where items are said to lie along an axis of another length than there are items.
  private func requireItems(_ roles: AxisRoles, of shape: Shape, name: String) throws(SaliencyError) {
    guard let axis = roles.itemAxis, let count = inputs.first?.shape.first, shape[axis] != count else {
      return
    }
    let letters = String(roles.axes.map(\.role.rawValue))
    throw SaliencyError(
      .invalidSetting,
      "layout \(letters) of '\(name.printable())' has N for an axis of \(shape[axis]) (\(shape.text)), but the input has "
        + (count == 1 ? "1 item" : "\(count) items"))
  }

  /// Where a node's units lie; nil where it has one unit and no axis for it.
  private func unitAxis(
    of node: Int, besides items: Int?, softmaxAxis: Int?, _ finder: AxisRoleFinder
  ) -> (axis: Int, origin: RoleOrigin)? {
    if let softmaxAxis, softmaxAxis != items { return (softmaxAxis, .proved) }
    let shape = graph.nodes[node].shape
    switch finder.unitAxis(of: node) {
    case .axis(let axis) where axis != items: return (axis, .proved)
    case .single where shape.count > 2: return nil
    default: break
    }
    let all = shape.indices.filter { $0 != items }
    let others = all.count == 1 ? all : all.filter { !finder.hasPlaces(node, axis: $0) }
    guard let first = others.first, let last = others.last else { return nil }
    return (channelsAreLast || marksUnitsLast(node) ? last : first, .assumed)
  }

  /// Whether a node is one of the last axis's, as a layer of its kind is.
  private func marksUnitsLast(_ node: Int) -> Bool {
    layers.first { $0.node == node }.map { channelAxis(of: $0) == $0.shape.count - 1 } ?? false
  }

  /// Where a node has the items of the input; nil where it has no axis for them.
  private func itemAxis(of node: Int) -> (axis: Int, origin: RoleOrigin)? {
    let shape = graph.nodes[node].shape
    guard let count = inputs.first?.shape.first else { return nil }
    if count > 1 {
      if let axis = graph.itemAxis(of: node, count: count) { return (axis, .proved) }
      return shape.first == count ? (0, .assumed) : nil
    }
    // One item shows nothing.
    if let axis = provenItemAxes[node] { return (axis, .proved) }
    if shape.count > 1, shape.first == 1 { return (0, .assumed) }
    // As recurrent networks have their states.
    if arrangement == nil, shape.count == 3, shape[1] == 1, shape[0] > 1, shape[2] > 1 {
      return (1, .assumed)
    }
    guard let axis = arrangement?.input.itemAxis, shape.indices.contains(axis), shape[axis] == 1 else {
      return nil
    }
    return (axis, .assumed)
  }

  /// What the axes of the first input stand for, in the order in which this network has them.
  ///
  /// - Parameter finder: what reads this network's graph; a new one where nil.
  func inputRoles(_ finder: AxisRoleFinder? = nil) throws(SaliencyError) -> AxisRoles {
    guard let input = inputs.first else { return AxisRoles([]) }
    let own = arrangement?.node ?? input.node
    if let said = saidRoles[input.name] {
      let roles = try AxisRoles(said: said, of: graph.nodes[own].shape, name: input.name)
      return arrangement.map { roles.arranged($0.input) } ?? roles
    }
    let finder = finder ?? AxisRoleFinder(graph)
    var hasUnits = false
    var roles = AxisRoles(
      input.shape.indices.map { axis in
        guard axis > 0 else { return .init(.items, .assumed) }
        // An axis of one place loses its trace where it is taken apart; the model's own order tells more.
        let role =
          arrangement.flatMap { arrangement in
            arrangement.input.originalAxis(axis).flatMap { finder.role(of: own, axis: $0) }
          } ?? finder.role(of: input.node, axis: axis)
        if role == .units {
          defer { hasUnits = true }
          return hasUnits ? .init(.query, .assumed) : .init(.units, .proved)
        }
        return role.map { .init($0, .proved) } ?? .init(.query, .assumed)
      })
    // One channel leaves no trace where its axis is taken away.
    let single = input.shape.indices.dropFirst().filter {
      input.shape[$0] == 1 && roles.axes[$0].origin == .assumed
    }
    if !hasUnits, input.shape.count == 3, single.count == 1 {
      roles.axes[single[0]] = .init(.units, .assumed)
    }
    return roles
  }

  /// The places of an item of the first input: its extents without items and channels.
  ///
  /// - Parameter finder: what reads this network's graph.
  func inputPlaceExtents(_ finder: AxisRoleFinder) throws(SaliencyError) -> [Int] {
    guard let shape = inputs.first?.shape else { return [] }
    return try inputRoles(finder).placeAxes.map { shape[$0] }
  }
}

extension AxisRole {
  /// The roles of a tensor's axes as people write them, a letter for each: `NCHW`, `TNC`, `NQC`, `-` for an axis without a role.
  ///
  /// - Throws: `SaliencyError` where a letter is no role.
  public static func roles(parsing letters: String) throws(SaliencyError) -> [AxisRole] {
    var roles: [AxisRole] = []
    for letter in letters.uppercased() {
      guard let role = AxisRole(rawValue: letter) else {
        throw SaliencyError(
          .invalidSetting,
          "'\(letters.printable())' is no layout: '\(String(letter).printable())' is no role of an axis; N is a batch's items, C units or "
            + "channels, T, H, W and D places, Q queries or boxes, and - an axis without a role")
      }
      roles.append(role)
    }
    return roles
  }

  /// What is said of several tensors, each as `NAME=LETTERS`.
  ///
  /// - Throws: `SaliencyError` where one is not written so, or a name stands twice.
  public static func layouts(parsing entries: [String]) throws(SaliencyError) -> [String: [AxisRole]] {
    var layouts: [String: [AxisRole]] = [:]
    for entry in entries {
      guard let separator = entry.dropFirst().lastIndex(of: "=") else {
        throw SaliencyError(
          .invalidSetting, "a layout is written NAME=LETTERS, as in logits=NQC, not '\(entry.printable())'")
      }
      let name = String(entry[..<separator])
      let said = try roles(parsing: String(entry[entry.index(after: separator)...]))
      guard layouts.updateValue(said, forKey: name) == nil else {
        throw SaliencyError(.invalidSetting, "the axes of '\(name.printable())' are said twice")
      }
    }
    return layouts
  }
}

extension AxisRoles {
  /// Roles that are said of a tensor.
  ///
  /// - Throws: `SaliencyError` where there are more or fewer than axes, or a role that there can be once stands twice.
  init(said tensor: SaidRoles, of shape: Shape, name: String) throws(SaliencyError) {
    let said = tensor.roles
    let letters = String(said.map(\.rawValue))
    func refused(_ reason: String) -> SaliencyError {
      SaliencyError(.invalidSetting, "layout \(letters) of '\(name.printable())' \(reason)")
    }
    guard said.count == shape.count else {
      throw refused(
        "has \(said.count) letters, but the tensor \(shape.count) axes (\(shape.text)); give one letter an axis"
      )
    }
    for role in [AxisRole.items, .units] where said.count(where: { $0 == role }) > 1 {
      throw refused(
        "has \(role.rawValue) twice; one axis can have it, and - stands for an axis without a role")
    }
    self.init(said.map { Axis($0, tensor.origin) })
  }

  /// The roles of a tensor whose items are brought to the front.
  func arranged(_ arrangement: InputArrangement) -> AxisRoles {
    guard let axis = arrangement.itemAxis else { return AxisRoles([Axis(.items, .assumed)] + axes) }
    var axes = axes
    axes.insert(axes.remove(at: axis), at: 0)
    return AxisRoles(axes)
  }

  /// The roles of a tensor as the model has it.
  func original(_ arrangement: InputArrangement) -> AxisRoles {
    guard let axis = arrangement.itemAxis else { return AxisRoles(Array(axes.dropFirst())) }
    var axes = axes
    axes.insert(axes.remove(at: 0), at: axis)
    return AxisRoles(axes)
  }
}
