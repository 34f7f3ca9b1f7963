import Testing

@testable import SaliencyImage

@Suite("Contact sheets and comparisons")
struct ContactSheetTests {
  private func panels(_ count: Int, _ width: Int = 40, _ height: Int = 40) -> [Figure.Panel] {
    (0..<count).map { Figure.Panel(title: "filter \($0)", image: gradient(width, height)) }
  }

  @Test(
    "A sheet chooses columns that leave few places empty and a shape wider than high",
    arguments: [
      (1, 40, 40, 1), (2, 40, 40, 2), (3, 40, 40, 3), (5, 40, 40, 3), (8, 40, 40, 4), (10, 40, 40, 5),
      (12, 40, 40, 4), (16, 40, 40, 4), (20, 40, 40, 5), (25, 40, 40, 5), (12, 100, 25, 2), (12, 25, 100, 6),
    ])
  func chosenColumns(count: Int, width: Int, height: Int, columns: Int) throws {
    let figure = try Figure(sheet: panels(count, width, height))
    #expect(figure.rows.map(\.count).max() == columns)
    #expect(figure.rows.joined().map(\.title) == panels(count).map(\.title))
  }

  @Test(
    "Columns that are given are kept, also where there are fewer panels", arguments: [(1, 7), (3, 3), (9, 1)])
  func givenColumns(columns: Int, rows: Int) throws {
    let figure = try Figure(sheet: panels(7), columns: columns)
    #expect(figure.rows.count == rows)
    #expect(figure.rows.joined().count == 7)
  }

  @Test("Small panels are drawn small")
  func compactness() throws {
    let figure = try Figure(sheet: panels(10, 200, 200), columns: 5, panelSides: 64...96)
    let result = try figure.rendered()
    let width = 5 * 96 + 4 * 10 + 2 * 20
    #expect(result.width == width)
    let highest = 2 * (96 + 25) + 60
    #expect(result.height < highest)
  }

  @Test("Titles and captions that are too long change neither the width nor the height of a sheet")
  func longTexts() throws {
    func size(_ text: String) throws -> [Int] {
      let panels = panels(6).map { Figure.Panel(title: text, image: $0.image, caption: text) }
      let result = try Figure(sheet: panels).rendered()
      return [result.width, result.height]
    }
    #expect(try size("a") == size(String(repeating: "a long title ", count: 50)))
  }

  @Test("A comparison has room for row titles, column titles and the image at the left")
  func comparison() throws {
    let images = (0..<3).map { _ in (0..<5).map { _ in Figure.Panel(image: gradient(96, 96)) } }
    let bare = try Figure(comparing: images).rendered()
    #expect([bare.width, bare.height] == [560, 348])
    let figure = try Figure(
      comparing: images, rowTitles: ["gradient", "guided", "rectified"],
      columnTitles: ["a", "b", "c", "d", "a class of many names"],
      image: Figure.Panel(title: "image", image: gradient(300, 200)))
    let full = try figure.rendered()
    #expect(full.width > bare.width + 300 && full.width < bare.width + 420)
    #expect(full.height > bare.height && full.height < bare.height + 50)
    #expect(full[0, 0] == Color(gray: 255))
  }

  @Test("An image higher than all rows makes the figure higher")
  func highImage() throws {
    let figure = try Figure(
      comparing: [[.init(image: gradient(96, 24))]],
      image: Figure.Panel(image: gradient(50, 200), caption: "input"))
    #expect(try figure.rendered().height > 200 + 40)
  }

  @Test(
    "Every combination of parts is drawn, with panels down to one pixel",
    arguments: [1...1, 30...40],
    [[], ["a"], [String(repeating: "long ", count: 40)]])
  func combinations(sides: ClosedRange<Int>, titles: [String]) throws {
    let text = titles.first
    for (width, height) in [(1, 1), (90, 2), (2, 90)] {
      let panel = Figure.Panel(title: text, image: gradient(width, height), caption: text)
      var figure = Figure(rows: [[panel]], caption: text, panelSides: sides)
      (figure.rowTitles, figure.columnTitles) = (titles, titles)
      for lead in [nil, panel] {
        for labels in [nil, [], ["0", "1"], ["−99th\npercentile", "0", "99th\npercentile"]] {
          figure.leadingPanel = lead
          figure.colorBars = labels.map { [Figure.ColorBar(colorMap: .inferno, labels: $0)] } ?? []
          let result = try figure.rendered()
          #expect(max(result.width, result.height) >= sides.lowerBound + 40)
        }
      }
    }
  }

  @Test("Rows without panels take their titles with them")
  func emptyRows() throws {
    var figure = Figure(rows: [[], panels(2)])
    figure.rowTitles = ["left out", "kept"]
    #expect(try figure.rendered().height < 2 * 224)
  }

  private static let refused: [(make: @Sendable () throws -> Figure, reason: String)] = [
    ({ try Figure(sheet: []) }, "the contact sheet has no panels; it needs at least one"),
    (
      { try Figure(sheet: [.init(image: gradient(1, 1))], columns: 0) },
      "a contact sheet of 0 columns was asked for; it has at least one"
    ),
    (
      { try Figure(sheet: [.init(image: gradient(1, 1))], panelSides: 0...9) },
      "a panel side of 0 pixels was asked for; it has at least one"
    ),
    ({ try Figure(comparing: []) }, "the comparison has no images; it needs at least one"),
    ({ try Figure(comparing: [[]]) }, "the comparison has no images; it needs at least one"),
    (
      { try Figure(comparing: [[.init(image: gradient(1, 1))], []]) },
      "row 1 of the comparison has 0 images, but row 0 has 1"
    ),
    (
      { try Figure(comparing: [[.init(image: gradient(1, 1))]], rowTitles: ["a", "b"]) },
      "the numbers of row titles (2) and rows (1) differ"
    ),
    (
      {
        try Figure(comparing: [Array(repeating: .init(image: gradient(1, 1)), count: 2)], columnTitles: ["a"])
      },
      "the numbers of column titles (1) and columns (2) differ"
    ),
  ]

  @Test("What makes no sense is refused with what would be right", arguments: refused)
  func refusals(make: @Sendable () throws -> Figure, reason: String) {
    let error = #expect(throws: ImageError.self) { try make() }
    #expect(error?.code == .invalidArgument)
    #expect(error?.description == reason)
  }

  @Test(
    "A map with nothing to show says so below its image",
    arguments: [(Float(0), "zero everywhere"), (-1, "nothing above zero"), (1, nil)] as [(Float, String?)])
  func zeroMaps(value: Float, caption: String?) throws {
    let map = try HeatMap(width: 2, height: 1, values: [0, value])
    let figure = try Figure(image: gradient(20, 10), heatMap: map, scaling: .positive)
    #expect(figure.rows[0].map(\.caption) == [nil, caption, nil])
    let panel = try Figure.Panel(
      overlaying: map, on: gradient(20, 10), scaling: .positive, caption: "tiger cat")
    #expect(panel.caption == caption ?? "tiger cat")
    #expect(panel.image == figure.rows[0][2].image)
  }
}
