import C360Columns
import C360Diagnostics
import Foundation
import Testing

@testable import C360Synth

@Suite("c360 synth: files")
struct SynthesisTests {
  private func folder() -> URL {
    FileManager.default.temporaryDirectory.appending(path: "synth-\(UUID().uuidString)")
  }

  private func files(_ folder: URL) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      var isFolder: ObjCBool = false
      let file = folder.appending(path: name)
      _ = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
      if !isFolder.boolValue { result[name] = try Data(contentsOf: file) }
    }
    return result
  }

  private func made(_ change: (inout SynthOptions) -> Void) throws -> [String: Data] {
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var options = SynthOptions()
    options.customers = 2100
    options.scale = 0.3
    change(&options)
    _ = try Synthesis(folder: folder.path, options: options).write()
    return try files(folder)
  }

  @Test("the same bytes for any number of threads; others for another seed")
  func deterministic() throws {
    let one = try made { $0.threads = 1 }
    let three = try made { $0.threads = 3 }
    let other = try made { $0.seed = 2 }
    #expect(
      Set(one.keys)
        == [
          "accounts.parquet", "clicks.parquet", "consents.parquet", "contacts.parquet",
          "device_links.parquet", "offers.csv", "orders.parquet", "sends.parquet", "truth.json",
          "truth/customers.parquet", "truth/devices.parquet", "truth/sends.parquet",
        ])
    #expect(one == three)
    for (name, bytes) in one where name != "offers.csv" { #expect(bytes != other[name]) }
  }

  @Test("truth.json is JSON, and tells the values that the report has")
  func truth() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var options = SynthOptions()
    options.customers = 300
    let report = try Synthesis(folder: folder.path, options: options).write()
    let json = try #require(
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: folder.appending(path: "truth.json"))) as? [String: Any])
    let policies = try #require(json["policies"] as? [String: Any])
    let values = try #require(policies["value"] as? [String: [String: Double]])
    let best = try #require(report.value(of: "best")).converted
    #expect(abs(try #require(values["best"]?["converted"]) - best) < 1e-12)
    for policy in Tally.policies {
      #expect(try #require(report.value(of: policy)).converted <= best)
    }
    #expect(report.text.contains("always wine_phone"))
  }

  @Test("data of somebody else are not replaced; an earlier shop is on demand")
  func strangers() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let orders = folder.appending(path: "orders.parquet")
    try Data("mine".utf8).write(to: orders)
    var options = SynthOptions()
    options.customers = 3
    func occupied() -> OccupiedFolder? {
      do {
        _ = try Synthesis(folder: folder.path, options: options).write()
        return nil
      } catch {
        return error as? OccupiedFolder
      }
    }
    for replaces in [false, true] {
      options.replaces = replaces
      #expect(occupied()?.file == "orders.parquet")
      #expect(occupied()?.isShop == false)
    }
    #expect(try Data(contentsOf: orders) == Data("mine".utf8))
    try FileManager.default.removeItem(at: orders)
    options.replaces = false
    #expect(occupied() == nil)
    let first = try files(folder)
    options.seed = 2
    #expect(occupied()?.isShop == true)
    #expect(try files(folder) == first)
    options.replaces = true
    #expect(occupied() == nil)
    #expect(try files(folder) != first)
  }

  @Test("one customer is a population; none is not")
  func small() throws {
    var options = SynthOptions()
    options.customers = 1
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let report = try Synthesis(folder: folder.path, options: options).write()
    #expect(report.tables.contains { $0.path == "accounts.parquet" && $0.rows >= 1 })
    options.customers = 0
    #expect(throws: InvalidSynthOptions.self) {
      try Synthesis(folder: folder.path, options: options).write()
    }
  }

  @Test("cancelled: nothing is written, and the folder that was made is gone")
  func cancelled() throws {
    var options = SynthOptions()
    options.customers = 5000
    let cancellation = options.cancellation
    options.progress = { _, _ in cancellation.cancel() }
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: CancellationError.self) {
      try Synthesis(folder: folder.path, options: options).write()
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }
}
