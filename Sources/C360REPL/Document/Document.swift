import C360Diagnostics
import C360Syntax

/// The declarations of a session: those of loaded scripts, then those typed; of each name the last.
struct Document: Sendable {
  /// A script as it was when it was loaded.
  struct Script: Sendable {
    /// As it was asked for.
    let path: String
    let source: SourceFile
    let declarations: [Declared]

    init(path: String, source: SourceFile) {
      self.path = path
      self.source = source
      let tree = parse(source)
      declarations = Declared.all(of: tree.root.declarations.map(\.node), in: tree, areTyped: false)
    }
  }
  var scripts: [Script] = []
  var typed: [Declared] = []

  /// In the order in which they are saved: a declaration that takes the place of another stands where
  /// that stood, a new one before the outputs, shows and expectations at the end.
  var declarations: [Declared] {
    var result: [Declared] = []
    var added: [Declared] = []
    var places: [String: Int] = [:]
    for declared in scripts.flatMap(\.declarations) + typed {
      if let place = places[declared.key] {
        result[place] = declared
      } else if declared.isTyped, !declared.isAsked {
        added.append(declared)
      } else {
        places[declared.key] = result.count
        result.append(declared)
      }
    }
    let end = (result.lastIndex { !$0.isAsked } ?? -1) + 1
    let head = added.filter { $0.key == "edition" }
    return head + result[..<end] + added.filter { $0.key != "edition" } + result[end...]
  }

  /// Several where they are of kinds that do not meet: a template may be called like a feature.
  func declarations(named name: String) -> [Declared] { declarations.filter { $0.name == name } }

  /// Adds what was typed; returns what it took the place of.
  mutating func add(_ declared: [Declared]) -> [Declared] {
    let before = declarations
    let replaced = declared.compactMap { new in before.first { $0.key == new.key } }
    typed.removeAll { old in declared.contains { $0.key == old.key } }
    typed += declared
    return replaced
  }

  /// What a script that is added now takes the place of, and what was typed and stays in the place of its.
  func meeting(_ script: Script) -> (lost: [Declared], hidden: [Declared]) {
    let keys = Set(script.declarations.filter { $0.name != nil }.map(\.key))
    let met = declarations.filter { keys.contains($0.key) }
    return (met.filter { !$0.isTyped }, met.filter(\.isTyped))
  }

  /// The declarations as one text, then more.
  func composite(_ more: [Composite.Piece] = []) -> Composite {
    var pieces: [Composite.Piece] = []
    let declarations = self.declarations
    if !declarations.contains(where: { $0.key == "edition" }) {
      pieces.append(.words("edition \(Edition.known[Edition.known.count - 1])\n"))
    }
    for declared in declarations {
      pieces.append(.part(declared.source, declared.range))
      if declared.text.last != "\n" { pieces.append(.words("\n")) }
    }
    return Composite(pieces + more, name: scripts.first?.source.name ?? "session.c360")
  }
}
