// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Server",
  // A server of your own names the repository's address here.
  dependencies: [.package(name: "swift-saliency", path: "../..")],
  targets: [
    .executableTarget(
      name: "Server", dependencies: [.product(name: "Saliency", package: "swift-saliency")], path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
