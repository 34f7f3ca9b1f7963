import Foundation
import Testing

/// What images are written as.
@Suite("Files of figures")
struct FigureOutputTests {
  @Test(
    "Whatever is drawn can be written as SVG and PDF, with its texts",
    arguments: [
      (["explain", "model.onnx", "photo.png"], "overlay"),
      (["explain", "model.onnx", "photo.png", "--size-of", "original"], "image"),
      (
        ["explain", "model.onnx", "x.npy", "--compare", "gradient,integrated-gradients:steps=2"], "gradients"
      ),
      (["explain", "model.onnx", "photo.png", "--keep-channels"], "channel 2"),
      (["filters", "model.onnx", "photo.png", "--layer", "0"], "filter"),
      (["evaluate", "model.onnx", "x.npy", "--metric", "deletion"], "deletion"),
    ])
  func outlines(arguments: [String], text: String) async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(arguments + ["-o", "figure.svg", "-o", "figure.pdf"], in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      let svg = String(decoding: try workspace.contents(of: "figure.svg"), as: UTF8.self)
      #expect(svg.contains(text) && svg.contains("</text>") && svg.hasSuffix("</svg>\n"))
      let pdf = try workspace.contents(of: "figure.pdf")
      #expect(pdf.starts(with: Data("%PDF-1.7\n".utf8)) && pdf.suffix(6) == Data("%%EOF\n".utf8))
    }
  }

  @Test(
    "Overlays and maps have the size of the part of the image that the network sees, and numbers stay")
  func originalSize() async throws {
    try await Workspace.with { workspace in
      try workspace.write(Data(PNG.image(width: 120, height: 100)), to: "large.png")
      func size(_ file: String) throws -> [Int] {
        let header = try workspace.contents(of: file).dropFirst(16).prefix(8)
        return [header.prefix(4), header.suffix(4)].map { $0.reduce(0) { $0 << 8 | Int($1) } }
      }
      for (style, sizeOf, expected) in [
        ("overlay", "original", [96, 89]), ("heatmap", "original", [96, 89]), ("overlay", "network", [8, 8]),
        ("heatmap", "network", [8, 8]),
      ] {
        let result = try Command.run(
          [
            "explain", "model.onnx", "large.png", "--style", style, "--size-of", sizeOf, "-o", "image.png",
            "-o",
            "\(sizeOf).npy",
          ], in: workspace)
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(try size("image.png") == expected)
      }
      #expect(try workspace.contents(of: "original.npy") == workspace.contents(of: "network.npy"))
    }
  }

  @Test("Animations are pixels")
  func animations() async throws {
    try await RefusedCase(
      "an animation as SVG", ["explain", "model.onnx", "x.npy", "--animation", "a.svg"], 64,
      ["a.svg", ".webp or .png"]
    ).check()
  }
}
