import FileAccess

/// What Keras 1 called otherwise.
enum KerasOne {
  /// A layer's class and settings under the names that they have had since.
  static func renamed(_ className: String, _ settings: Settings) -> (className: String, settings: Settings) {
    var settings = settings
    for (old, new) in names where settings.mentions(old) && !settings.mentions(new) {
      settings[new] = settings[old] ?? .null
    }
    // An embedding has kept the name that it gives to its units.
    if className != "Embedding", className != "ReversibleEmbedding", !settings.mentions("units"),
      let units = settings["output_dim"]
    {
      settings["units"] = units
    }
    if settings["kernel_size"] == nil {
      let extents = ["nb_row", "nb_col"].compactMap { settings[$0] }
      if extents.count == 2 { settings["kernel_size"] = .array(extents) }
      if let extent = settings["filter_length"] { settings["kernel_size"] = .array([extent]) }
    }
    if settings["data_format"] == nil, let order = settings["dim_ordering"]?.text {
      settings["data_format"] = .string(order == "th" ? "channels_first" : "channels_last")
    }
    guard className == "Merge", let mode = settings["mode"]?.text, let newName = merging[mode] else {
      return (className, settings)
    }
    if mode == "concat" { settings["axis"] = settings["concat_axis"] ?? .number(-1) }
    if mode == "cos" { settings["normalize"] = .boolean(true) }
    return (newName, settings)
  }

  private static let names = [
    "nb_filter": "filters", "subsample": "strides", "border_mode": "padding", "bias": "use_bias",
    "subsample_length": "strides", "stride": "strides", "pool_length": "pool_size",
    "dot_axes": "axes", "inner_activation": "recurrent_activation",
  ]

  private static let merging = [
    "sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average", "max": "Maximum",
    "dot": "Dot",
    "cos": "Dot",
  ]
}
