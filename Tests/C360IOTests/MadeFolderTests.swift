import C360IO
import Foundation
import Testing

@Suite("folders that outputs make")
struct MadeFolderTests {
  private let root = FileManager.default.temporaryDirectory.appending(
    path: "c360-\(UUID().uuidString)")

  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  @Test("go when nothing came of them, and stay when something did")
  func givenUp() throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    let first = try TextFile(path: root.appending(path: "a/b/first.txt").path, text: "1")
    let second = try TextFile(path: root.appending(path: "a/b/second.txt").path, text: "2")
    let other = try TextFile(path: root.appending(path: "c/other.txt").path, text: "3")
    first.abort()
    // The other file is on its way there.
    #expect(exists("a/b"))
    second.abort()
    #expect(!exists("a") && exists("c"))
    try other.commit()
    try TextFile(path: root.appending(path: "c/more.txt").path, text: "4").abort()
    try FileManager.default.removeItem(at: root.appending(path: "c/other.txt"))
    // Somebody's folder now, also when it is empty.
    try TextFile(path: root.appending(path: "c/more.txt").path, text: "5").abort()
    #expect(exists("c"))
  }

  @Test("are told where a file is replaced at once")
  func told() throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    let path = root.appending(path: "x/y/one.txt").path
    #expect(try TextFile.replace(path, with: "1") == root.appending(path: "x").path)
    #expect(try TextFile.replace(path, with: "2") == nil)
  }
}
