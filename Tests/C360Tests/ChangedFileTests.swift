import C360
import C360Diagnostics
import Foundation
import Synchronization
import Testing

/// A run is of one state of each file, the one whose hash is in the manifest, or of none.
@Suite("files that change while they are read")
struct ChangedFileTests {
  enum Change: CaseIterable { case replaced, rewritten, rewrittenWithOldTime, removed }

  /// How rows come to the engine, and a moment after the first of them.
  enum Way: String, CaseIterable {
    case inMemory = "read orders"
    case inPartitions = "partition "
    case kept = "done"
  }

  private static let script = Shop.script(
    """
    exposure visits of person every 5d from @2026-01-03 through @2026-02-20
    feature total = sum(orders.amount) over 30d
    output result = visits | select person, at, total to "out/result.csv"

    """)

  private static func make(_ change: Change, in folder: String) throws {
    let path = URL(filePath: folder).appending(path: "orders.csv")
    let other = Data(Shop.orders.replacing("100", with: "900").utf8)
    switch change {
    case .replaced: try other.write(to: path, options: .atomic)
    case .removed: try FileManager.default.removeItem(at: path)
    case .rewritten, .rewrittenWithOldTime:
      let before = try FileManager.default.attributesOfItem(atPath: path.path)
      let handle = try FileHandle(forWritingTo: path)
      try handle.write(contentsOf: other)
      try handle.close()
      if change == .rewrittenWithOldTime {
        try FileManager.default.setAttributes(
          [.modificationDate: try #require(before[.modificationDate])], ofItemAtPath: path.path)
      }
    }
  }

  /// A session that does something once, at the first report of progress that begins with a word.
  private func once(
    _ word: String, in session: Session, _ body: @escaping @Sendable () throws -> Void
  ) -> Session {
    let isDone = Mutex(false)
    var session = session
    session.options.progress = { progress in
      guard progress.operation.hasPrefix(word) else { return }
      isDone.withLock { isDone in
        guard !isDone else { return }
        isDone = true
        #expect(throws: Never.self) { try body() }
      }
    }
    return session
  }

  @Test("end the run, and nothing is written", arguments: Change.allCases, Way.allCases)
  func changed(change: Change, way: Way) throws {
    try Self.script.inFolder { plain in
      var session = plain
      if way == .inPartitions { session.options.spillPartitions = 3 }
      if way == .kept { #expect(try session.cacheTables().contains { $0.name == "orders" }) }
      let folder = session.directory
      session = once(way.rawValue, in: session) { try Self.make(change, in: folder) }
      let failure = #expect(throws: RunFailure.self) { try session.run() }
      #expect(failure?.diagnostics.map(\.code.name) == ["E0628"])
      #expect(failure?.diagnostics.first?.data?.path.hasSuffix("orders.csv") == true)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
      // The next run is of what is there now.
      if change != .removed {
        session.options.progress = nil
        _ = try session.run()
        let result = try String(contentsOfFile: folder + "/out/result.csv", encoding: .utf8)
        #expect(result.contains("900"))
      }
    }
  }

  @Test("a file that comes into a folder while it is read is not of the run", arguments: [nil, 3])
  func added(partitions: Int?) throws {
    let script = Script(text: Self.script.text.replacing("\"orders.csv\"", with: "\"days\""))
    try script.inFolder { plain in
      let days = URL(filePath: plain.directory).appending(path: "days")
      try FileManager.default.createDirectory(at: days, withIntermediateDirectories: true)
      try Data(Shop.orders.utf8).write(to: days.appending(path: "a.csv"))
      var session = plain
      session.options.spillPartitions = partitions
      func result() throws -> Data {
        _ = try session.run()
        return try Data(
          contentsOf: URL(filePath: plain.directory).appending(path: "out/result.csv"))
      }
      let before = try result()
      let added = days.appending(path: "b.csv")
      session = once("read orders", in: session) { try Data(Shop.orders.utf8).write(to: added) }
      #expect(try result() == before)
      session.options.progress = nil
      #expect(try result() != before)
    }
  }
}
