import Foundation
import Testing

/// A folder of its own for one test, and the built command run in it.
final class Workspace {
  let folder: URL

  struct Outcome {
    let status: Int32
    let out: String
    let complaints: String
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "c360-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The release binary where `make test` names one, else the one beside the tests.
  static let binary: URL = {
    if let path = ProcessInfo.processInfo.environment["C360_BINARY"] {
      return URL(filePath: path)
    }
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return root.appending(path: ".build/debug/c360")
  }()

  func write(_ name: String, _ text: String) throws {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func text(_ name: String) -> String? {
    (try? Data(contentsOf: folder.appending(path: name))).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// Names of the files in a folder, hidden ones too, sorted.
  func files(_ name: String = ".") -> [String] {
    let path = folder.appending(path: name).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  func run(_ arguments: [String]) throws -> Outcome {
    let process = try start(arguments)
    return try finish(process)
  }

  /// Through a shell, with `$C360` as the command.
  func shell(_ script: String) throws -> Outcome {
    try finish(
      try start(
        ["-c", script], executable: URL(filePath: "/bin/bash"),
        environment: ["C360": Self.binary.path]))
  }

  struct Running {
    let process: Process
    let out: URL
    let complaints: URL
  }

  func start(
    _ arguments: [String], executable: URL = Workspace.binary, environment: [String: String] = [:]
  ) throws -> Running {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let name = UUID().uuidString
    let logs = FileManager.default.temporaryDirectory
    let out = logs.appending(path: "\(name).out")
    let complaints = logs.appending(path: "\(name).err")
    for file in [out, complaints] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: complaints)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return Running(process: process, out: out, complaints: complaints)
  }

  func finish(_ running: Running) throws -> Outcome {
    running.process.waitUntilExit()
    defer {
      try? FileManager.default.removeItem(at: running.out)
      try? FileManager.default.removeItem(at: running.complaints)
    }
    return Outcome(
      status: running.process.terminationStatus,
      out: String(decoding: try Data(contentsOf: running.out), as: UTF8.self),
      complaints: String(decoding: try Data(contentsOf: running.complaints), as: UTF8.self))
  }
}
