// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "swift-saliency",
  products: [
    .library(name: "Saliency", targets: ["Saliency", "SaliencyCore"]),
    .library(name: "SaliencyAudit", targets: ["SaliencyAudit"]),
    .executable(name: "saliency", targets: ["SaliencyCommand"]),
    // What the package for Python loads.
    .library(name: "SaliencyPython", type: .dynamic, targets: ["SaliencyPython"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .target(name: "LibC", swiftSettings: settings),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
    .target(name: "OneDNN", dependencies: ["COneDNN"], swiftSettings: settings),
    .target(name: "CVectorKernels"),
    .target(
      name: "SaliencyCore", dependencies: ["OneDNN", "CVectorKernels", "FileAccess", "LibC"],
      swiftSettings: settings),
    .target(
      name: "ONNXFormat",
      dependencies: [
        "SaliencyCore", "FileAccess", "LibC",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["File/onnx.proto"], swiftSettings: settings),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(
      name: "KerasFormat", dependencies: ["SaliencyCore", "FileAccess", "CZlib"],
      swiftSettings: settings),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CJPEG", providers: [.apt(["libjpeg62-turbo-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(name: "CWebP", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
    .target(
      name: "CImageCodecs", dependencies: ["CPNG", "CJPEG", "CWebP"],
      linkerSettings: [
        .linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("webp"), .linkedLibrary("webpmux"),
      ]),
    .target(name: "FileAccess", dependencies: ["LibC"], swiftSettings: settings),
    .target(
      name: "SaliencyImage", dependencies: ["CImageCodecs", "FileAccess", "LibC"], swiftSettings: settings),
    .target(name: "NumPyFormat", dependencies: ["FileAccess"], swiftSettings: settings),
    .target(
      name: "Saliency",
      dependencies: [
        "SaliencyCore", "ONNXFormat", "KerasFormat", "SaliencyImage", "NumPyFormat", "FileAccess", "LibC",
      ],
      swiftSettings: settings),
    .systemLibrary(
      name: "COpenBLAS", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .target(
      name: "SaliencyAudit",
      dependencies: ["Saliency", "COpenBLAS", .product(name: "GRDB", package: "GRDB.swift")],
      packageAccess: false, swiftSettings: settings),
    .executableTarget(
      name: "SaliencyCommand",
      dependencies: [
        "Saliency", "SaliencyAudit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // A front end sees what any user of the library does.
      packageAccess: false, swiftSettings: settings),
    // A header alone: the C interface, which `SaliencyPython` implements.
    .systemLibrary(name: "CSaliencyPython"),
    .target(
      name: "SaliencyPython", dependencies: ["CSaliencyPython", "Saliency"], packageAccess: false,
      swiftSettings: settings),
    .executableTarget(
      name: "SaliencyExamples", dependencies: ["Saliency"], path: "Examples/Sources", swiftSettings: settings),
    .target(
      name: "SaliencyTestSupport",
      dependencies: ["SaliencyCore", "ONNXFormat", "NumPyFormat", "LibC"],
      path: "Tests/SaliencyTestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "SaliencyCoreTests",
      dependencies: [
        "SaliencyCore", "SaliencyTestSupport", "OneDNN", "CVectorKernels", "ONNXFormat", "LibC",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ONNXFormatTests", dependencies: ["ONNXFormat", "FileAccess", "SaliencyTestSupport", "LibC"],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "SaliencyImageTests", dependencies: ["SaliencyImage"], exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "SaliencyTests",
      dependencies: [
        "Saliency", "SaliencyCore", "SaliencyImage", "ONNXFormat", "NumPyFormat", "FileAccess",
        "SaliencyTestSupport", "LibC",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SaliencyAuditTests",
      dependencies: ["SaliencyAudit", "Saliency", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),
    .testTarget(
      name: "ExampleTests", dependencies: ["SaliencyExamples", "Saliency"], swiftSettings: settings),
    .testTarget(
      name: "KerasFormatTests",
      dependencies: ["KerasFormat", "SaliencyCore", "NumPyFormat", "FileAccess", "SaliencyTestSupport"],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "RobustnessTests",
      dependencies: [
        "ONNXFormat", "KerasFormat", "SaliencyCore", "FileAccess", "LibC",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: settings),
    .testTarget(name: "FileAccessTests", dependencies: ["FileAccess"], swiftSettings: settings),
    .testTarget(
      name: "NumPyFormatTests", dependencies: ["NumPyFormat", "FileAccess"], exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "SaliencyCommandTests",
      dependencies: [
        "SaliencyCommand", "Saliency", "NumPyFormat", "FileAccess", "SaliencyTestSupport", "LibC",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "Saliency", "SaliencyCore", "SaliencyImage", "ONNXFormat", "NumPyFormat", "SaliencyTestSupport",
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
