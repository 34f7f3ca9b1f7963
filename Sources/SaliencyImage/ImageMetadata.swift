/// The EXIF and XMP blocks of an image file, found by walking its segments or chunks.
///
/// A walk ends where the structure stops making sense; each step moves forward, so that it takes time linear
/// in the number of segments.
struct ImageMetadata {
  private(set) var exif: ArraySlice<UInt8>?
  private(set) var xmp: ArraySlice<UInt8>?

  init(jpeg bytes: [UInt8]) {
    let xmpName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF {
      let marker = bytes[position + 1]
      if marker == 0xFF {
        position += 1
        continue
      }
      // The pixels follow the start of scan.
      if marker == 0xDA || marker == 0xD9 { return }
      if marker == 0x01 || (0xD0...0xD7).contains(marker) {
        position += 2
        continue
      }
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      guard length >= 2, position + 2 + length <= bytes.count else { return }
      let content = bytes[position + 4..<position + 2 + length]
      if marker == 0xE1, exif == nil, content.starts(with: "Exif\0\0".utf8) { exif = content }
      if marker == 0xE1, xmp == nil, content.starts(with: xmpName) { xmp = content.dropFirst(xmpName.count) }
      position += 2 + length
    }
  }

  init(png bytes: [UInt8]) {
    let xmpName = Array("XML:com.adobe.xmp\0\0".utf8)
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - position - 12 else { return }
      let name = bytes[position + 4..<position + 8]
      let content = bytes[position + 8..<position + 8 + length]
      if exif == nil, name.elementsEqual("eXIf".utf8) { exif = content }
      if xmp == nil, name.elementsEqual("iTXt".utf8), content.starts(with: xmpName) {
        xmp = content.dropFirst(xmpName.count)
      }
      position += length + 12
    }
  }

  init(webp bytes: [UInt8]) {
    var position = 12
    while position + 8 <= bytes.count {
      let length = bytes[position + 4..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - position - 8 else { return }
      let name = bytes[position..<position + 4]
      let content = bytes[position + 8..<position + 8 + length]
      if exif == nil, name.elementsEqual("EXIF".utf8) { exif = content }
      if xmp == nil, name.elementsEqual("XMP ".utf8) { xmp = content }
      position += 8 + length + length % 2
    }
  }
}
