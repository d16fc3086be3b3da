#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Statements that were typed, the oldest first, in a file: one a line, line ends written `\n`, so that a
/// statement of several lines stays one. Sessions that run at the same time each append theirs.
public struct History {
  public let path: String
  public private(set) var entries: [String] = []
  /// The file is cut to so many when it has twice as many.
  static let limit = 10_000

  /// - Parameter path: of a file that may not be there yet, nor its folder.
  public init(path: String) {
    self.path = path
    let lines = Self.lines(of: path)
    entries = lines.suffix(Self.limit).map(Self.decoded)
    if lines.count > 2 * Self.limit { rewrite() }
  }

  /// What is kept of a statement: nothing of one that begins with a space, no empty lines behind it.
  public static func entry(of statement: String) -> String? {
    var text = statement[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return text.isEmpty || text.first == " " ? nil : String(text)
  }

  /// Adds a statement, unless it is the last one again.
  ///
  /// - Returns: why the file could not take it; nil: it did, or need not.
  @discardableResult
  public mutating func add(_ statement: String) -> String? {
    guard let text = Self.entry(of: statement), text != entries.last else { return nil }
    entries.append(text)
    guard let file = open(O_APPEND) else { return String(cString: strerror(errno)) }
    defer { close(file) }
    return write(Self.encoded(text) + "\n", file)
  }

  private func rewrite() {
    let temporary = "\(path).\(getpid())"
    let file = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    write(entries.map { Self.encoded($0) + "\n" }.joined(), file)
    close(file)
    rename(temporary, path)
  }

  private func open(_ flags: Int32) -> Int32? {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/\(part)"
      mkdir(folder, 0o700)
    }
    let file = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o600)
    return file >= 0 ? file : nil
  }

  /// Why not all was written; nil: it was.
  @discardableResult
  private func write(_ text: String, _ file: Int32) -> String? {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return String(cString: strerror(count < 0 ? errno : ENOSPC)) }
        rest = rest.dropFirst(count)
      }
      return nil
    }
  }

  private static func lines(of path: String) -> [Substring] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  static func encoded(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  static func decoded(_ line: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in line.unicodeScalars {
      if isEscaped {
        switch character {
        case "n": result += "\n"
        case "r": result += "\r"
        default: result.unicodeScalars.append(character)
        }
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
