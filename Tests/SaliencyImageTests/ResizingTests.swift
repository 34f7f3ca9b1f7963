import SaliencyImage
import Testing

@Suite("Resizing and cropping")
struct ResizingTests {
  @Test("Resizing equals Pillow to the byte", arguments: try Fixture.table("resized.txt").dropFirst())
  func equalsPillow(row: [String]) throws {
    let source = try Fixture.table("resized.txt")[0]
    let image = Image(width: 23, height: 17, pixels: Fixture.bytes(hexadecimal: source[3]))
    let filter = try #require(ResamplingFilter(rawValue: row[0]))
    let result = try image.resized(width: Int(row[1])!, height: Int(row[2])!, filter: filter)
    #expect(result.pixels == Fixture.bytes(hexadecimal: row[3]))
  }

  @Test(
    "Stretching a heat map equals Pillow on floats", arguments: try Fixture.table("planes.txt").dropFirst())
  func planes(row: [String]) throws {
    let source = try Fixture.table("planes.txt")[0]
    let map = try HeatMap(width: 7, height: 5, values: Fixture.floats(hexadecimal: source[3]))
    let result = try map.resized(width: Int(row[1])!, height: Int(row[2])!)
    #expect(result.values == Fixture.floats(hexadecimal: row[3]))
  }

  @Test(
    "The shorter side gets the size, the longer is rounded down as torchvision does",
    arguments: [
      (500, 348, 256, 367, 256), (348, 500, 256, 256, 367), (100, 100, 7, 7, 7), (3, 2, 1, 1, 1),
      (10, 3, 224, 746, 224),
    ])
  func shorterSide(width: Int, height: Int, size: Int, newWidth: Int, newHeight: Int) throws {
    let result = try gradient(width, height).resizedShorterSide(to: size, filter: .bilinear)
    #expect([result.width, result.height] == [newWidth, newHeight])
  }

  @Test(
    "The center is where torchvision's CenterCrop finds it: halves go to the even side",
    arguments: [(7, 4, 2), (9, 4, 2), (5, 4, 0), (8, 4, 2), (4, 4, 0), (256, 224, 16)])
  func center(width: Int, crop: Int, start: Int) throws {
    let image = gradient(width, width)
    #expect(
      try image.centerCropped(width: crop, height: crop)
        == image.cropped(x: start, y: start, width: crop, height: crop))
  }

  @Test("A center larger than the image is surrounded with black, one pixel more at the far side")
  func paddedCenter() throws {
    let image = Image(width: 1, height: 2, filledWith: Color(gray: 9))
    let result = try image.centerCropped(width: 4, height: 2)
    #expect(result.pixels == [0, 0, 0, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 0, 0, 0, 0, 0, 0])
  }

  @Test(
    "Areas outside of the image are refused",
    arguments: [
      (0, 0, 5, 4), (0, 0, 4, 5), (-1, 0, 2, 2), (1, 1, 4, 1), (0, 0, 0, 1), (.max, 0, 1, 1),
      (0, 0, .max, .max),
    ])
  func badArea(x: Int, y: Int, width: Int, height: Int) throws {
    let error = #expect(throws: ImageError.self) {
      try gradient(4, 4).cropped(x: x, y: y, width: width, height: height)
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.description.contains("is not inside the image of 4×4 pixels") == true)
  }

  @Test("Sizes that no image can have are refused", arguments: ResamplingFilter.allCases)
  func badSizes(filter: ResamplingFilter) {
    for (width, height) in [(0, 1), (1, -1), (.max, 2), (.max, .max), (20_000, 20_000)] {
      #expect(throws: ImageError.self) {
        try gradient(4, 4).resized(width: width, height: height, filter: filter)
      }
    }
    #expect(throws: ImageError.self) {
      try gradient(1, 4000).resizedShorterSide(to: 224, filter: filter).resizedShorterSide(
        to: 4000, filter: filter)
    }
    #expect(throws: ImageError.self) { try gradient(4, 4).resizedShorterSide(to: .max, filter: filter) }
  }
}
