import Foundation
import Testing

@Suite("The command")
struct CommandTests {
  @Test("reports everything it did as JSON")
  func json() throws {
    try Files.withFolder { folder in
      let run = try CommandRun(
        [
          "explain", Files.model, Files.input, "--target", "1", "--method", "guided", "-o", "{name}.npy",
          "-o",
          "{name}.json", "-o", "{name}.png", "--json",
        ], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let report = try run.json()
      #expect(report["model"] as? String == Files.model)
      #expect((report["digest"] as? String)?.count == 64)
      #expect(report["input"] as? String == Files.input)
      #expect((report["target"] as? [String: Any])?["index"] as? Int == 1)
      #expect(report["score"] is Double)
      #expect(report["probability"] is Double)
      #expect(report["method"] as? String == "guided")
      #expect((report["overridden_nodes"] as? [String])?.isEmpty == false)
      #expect((report["timings_milliseconds"] as? [String: Double])?["run"] != nil)
      #expect((report["outputs"] as? [[String: Any]])?.count == 3)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(Set(left) == ["resnet-basic.input.npy", "resnet-basic.input.json", "resnet-basic.input.png"])
      let file = try JSONSerialization.jsonObject(
        with: Data(contentsOf: folder.appending(path: "resnet-basic.input.json")))
      #expect((file as? [String: Any])?["method"] as? String == "guided")
    }
  }

  @Test("tells where each value of the preprocessing comes from")
  func preprocessing() throws {
    try Files.withFolder { folder in
      let settings = #"{"mean": [0.5, 0.5, 0.5], "std": 0.5, "resize": {"filter": "bicubic"}}"#
      try FileManager.default.copyItem(atPath: Files.model, toPath: folder.path + "/m.onnx")
      try Data(settings.utf8).write(to: folder.appending(path: "m.onnx.saliency.json"))
      let run = try CommandRun(
        ["explain", "m.onnx", Files.photograph, "--crop", "none", "--json"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let report = try #require(try run.json()["preprocessing"] as? [String: [String: Any]])
      #expect(report["mean"]?["origin"] as? String == "m.onnx.saliency.json")
      #expect(report["resize"]?["value"] as? String == "bicubic")
      #expect(report["crop"]?["origin"] as? String == "command line")
      #expect((report["scale"]?["origin"] as? String)?.contains("guess") == true)
    }
  }

  @Test("writes the others where some inputs fail, and exits with 1")
  func someFail() throws {
    try Files.withFolder { folder in
      let run = try CommandRun(
        ["explain", Files.model, "none.npy", Files.input, "-o", "{name}.npy"], in: folder)
      #expect(run.status == 1)
      #expect(run.errors.contains("none.npy"))
      #expect(FileManager.default.fileExists(atPath: folder.path + "/resnet-basic.input.npy"))
    }
  }

  @Test("gives one result a layer index of -1 and the output itself")
  func lastLayer() throws {
    try Files.withFolder { folder in
      let arguments = ["explain", Files.model, Files.input, "--target", "1"]
      _ = try CommandRun(arguments + ["-o", "a.npy"], in: folder)
      _ = try CommandRun(arguments + ["--layer", "-1", "-o", "b.npy"], in: folder)
      #expect(
        try Data(contentsOf: folder.appending(path: "a.npy"))
          == Data(contentsOf: folder.appending(path: "b.npy")))
    }
  }

  @Test("gives the same bytes twice, and the same on standard output")
  func sameBytes() throws {
    try Files.withFolder { folder in
      let arguments = ["explain", Files.model, Files.input]
      _ = try CommandRun(arguments + ["-o", "a.npy"], in: folder)
      let run = try CommandRun(arguments + ["-o", "-.npy"], in: folder)
      #expect(try Data(contentsOf: folder.appending(path: "a.npy")) == run.output)
    }
  }

  @Test(
    "applies each gradient modifier element by element",
    arguments: ["absolute", "negate", "relu", "invert", "small-values"])
  func modifier(_ name: String) throws {
    try Files.withFolder { folder in
      func values(_ modifier: String) throws -> [Float] {
        let run = try CommandRun(
          ["explain", Files.model, Files.input, "--gradient-modifier", modifier, "-o", "-.npy"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let body = run.output.dropFirst(128)
        return (0..<body.count / 4).map { index in
          body.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * 4, as: Float.self) }
        }
      }
      let gradient = try values("none")
      let expected = gradient.map { g -> Float in
        switch name {
        case "absolute": abs(g)
        case "negate": -g
        case "relu": max(g, 0)
        case "invert": 1 / (g + 1e-7)
        default: abs(1 / (g + 1e-7))
        }
      }
      let found = try values(name)
      #expect(found.count == expected.count && gradient.contains { $0 != 0 })
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 * max(abs($1), 1) })
    }
  }

  @Test("knows other names of rectified", arguments: ["deconvnet", "relu"])
  func alias(_ name: String) throws {
    try Files.withFolder { folder in
      let arguments = ["explain", Files.model, Files.input, "-o", "-.npy", "--method"]
      let rectified = try CommandRun(arguments + ["rectified"], in: folder)
      #expect(rectified.status == 0)
      #expect(try CommandRun(arguments + [name], in: folder).output == rectified.output)
    }
  }

  @Test(
    "explains itself",
    arguments: [
      (["--help"], "predict"), (["explain", "--help"], "--gradient-modifier"),
      (["predict", "--help"], "--top"),
      (["inspect", "--help"], "--shape"), (["--version"], "0."),
      (["--generate-completion-script", "bash"], "complete"),
    ])
  func help(_ arguments: [String], _ word: String) throws {
    try Files.withFolder { folder in
      let run = try CommandRun(arguments, in: folder)
      #expect(run.status == 0)
      #expect(run.text.contains(word))
      #expect(run.errors.isEmpty)
    }
  }

  @Test("lists a network, and the best classes")
  func inspectAndPredict() throws {
    try Files.withFolder { folder in
      let inspected = try CommandRun(["inspect", Files.model, "--json"], in: folder).json()
      let layers = try #require(inspected["layers"] as? [[String: Any]])
      #expect(layers.last?["operator"] as? String == "Gemm")
      #expect((inspected["unsupported"] as? [Any])?.isEmpty == true)
      let predicted = try CommandRun(
        ["predict", Files.model, Files.input, "--top", "3", "--json"], in: folder
      ).json()
      let best = try #require((predicted["predictions"] as? [[[String: Any]]])?.first)
      #expect(best.count == 3)
      let scores = best.compactMap { $0["score"] as? Double }
      #expect(scores == scores.sorted(by: >))
    }
  }
}
