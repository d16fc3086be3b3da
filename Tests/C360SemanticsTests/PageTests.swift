import Foundation
import Testing

@testable import C360Semantics

/// Every page under docs/diagnostics of a code of checking: its first script has that diagnostic and
/// no other, its second none.
@Suite("Pages of diagnostics")
struct PageTests {
  static let pages: [String] = {
    let folder = TestResolver.root.appendingPathComponent("docs/diagnostics")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { name in
      ["E02", "E03", "E04", "E05", "W04", "W05"].contains { name.hasPrefix($0) }
        && name.hasSuffix(".md")
    }.sorted()
  }()

  @Test func thereArePages() { #expect(Self.pages.count > 70) }

  @Test(arguments: pages) func scriptsDoWhatThePageSays(_ name: String) throws {
    let url = TestResolver.root.appendingPathComponent("docs/diagnostics/\(name)")
    let text = try String(contentsOf: url, encoding: .utf8)
    let code = String(name.dropLast(3))
    #expect(text.hasPrefix("# \(code): "))
    let parts = ["bad", "good"].compactMap { kind -> String? in
      let found = text.components(separatedBy: "```c360 \(kind)\n").dropFirst().first
      return found?.components(separatedBy: "```")[0]
    }
    try #require(parts.count == 2)
    var settings: [String: String] = [:]
    if let marked = text.components(separatedBy: "--set ").dropFirst().last,
      text.contains("Checked with"), let equals = marked.firstIndex(of: "=")
    {
      settings[String(marked[..<equals])] = String(
        marked[marked.index(after: equals)...].prefix { $0 != "`" })
    }
    let files = ["circle.c360": "edition 2026\nuse \"script.c360\"\n"]
    let models = [
      "towns.json": Self.trees(categories: "[197, 129, 195, 179]", ends: "[0, 4]"),
      "codes.json": Self.trees(categories: "[108, 111]", ends: "[0, 2]"),
    ]
    #expect(checked(parts[0], files: files, models: models, set: settings).codes == [code])
    #expect(checked(parts[1], files: files, models: models, set: settings).report == "")
  }

  /// What xgboost writes of one leaf over one text.
  private static func trees(categories: String, ends: String) -> String {
    """
    {"learner": {"attributes": {}, "feature_names": ["town"], "feature_types": ["c"],
      "gradient_booster": {"model": {
        "cats": {"enc": [{"offsets": \(ends), "values": \(categories)}]},
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "1"}, "tree_info": [0],
        "trees": [
          {"categories": [], "categories_nodes": [], "categories_segments": [],
           "categories_sizes": [], "default_left": [0], "left_children": [-1],
           "right_children": [-1], "split_conditions": [1E-1], "split_indices": [0],
           "split_type": [0],
           "tree_param": {"num_feature": "1", "num_nodes": "1", "size_leaf_vector": "1"}}]},
        "name": "gbtree"},
      "learner_model_param": {"base_score": "[5E-1]", "num_class": "0", "num_feature": "1",
        "num_target": "1"},
      "objective": {"name": "reg:squarederror"}}, "version": [3, 2, 0]}
    """
  }

  /// Codes and pages agree: no constructor without a page, no page without a constructor.
  @Test func everyCodeHasItsPage() throws {
    let folder = TestResolver.root.appendingPathComponent("Sources/C360Semantics/Diagnostics")
    var codes: Set<String> = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      for part in text.components(separatedBy: "\"") where part.count == 5 {
        if !part.hasPrefix("E01"), "EW".contains(part.prefix(1)),
          part.dropFirst().allSatisfy(\.isNumber)
        {
          codes.insert(part)
        }
      }
    }
    #expect(codes.sorted() == Self.pages.map { String($0.dropLast(3)) })
  }
}
