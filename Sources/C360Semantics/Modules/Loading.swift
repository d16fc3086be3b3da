import C360Diagnostics
import C360Syntax

extension Checker {
  /// Loads the root script and all that it uses; used modules come before their users.
  func load(_ root: SyntaxTree) {
    let module = Module(tree: root, directory: options.directory)
    rootModule = module
    let name = ScriptPath.normalized(root.source.name)
    var loader = ModuleLoader(checker: self)
    loader.add(module, keys: [name], at: nil)
    program.module = module.name
    program.timezone = module.clock.identifier
  }
}

/// Walks `use` declarations depth first.
private struct ModuleLoader {
  let checker: Checker
  /// Files whose `use`s are being followed, with the place that used them.
  var open: [(keys: [String], site: Span?)] = []
  var loaded: Set<String> = []

  init(checker: Checker) { self.checker = checker }

  /// `keys` are the names under which the file may be used.
  mutating func add(_ module: Module, keys: [String], at site: Span?) {
    checker.adopt(module.tree.diagnostics)
    open.append((keys, site))
    readHeader(of: module)
    for case .use(let use) in module.tree.root.declarations { follow(use, from: module) }
    open.removeLast()
    loaded.formUnion(keys)
    checker.modules.append(module)
  }

  private func readHeader(of module: Module) {
    var seen: [String: Span] = [:]
    for declaration in module.tree.root.declarations {
      switch declaration {
      case .module(let syntax):
        guard isFirst("module", declaration.span, &seen) else { continue }
        module.name = syntax.name?.dotted
      case .timezone(let syntax):
        guard isFirst("timezone", declaration.span, &seen), let token = syntax.identifier
        else { continue }
        if let clock = LocalClock(identifier: token.textValue) {
          module.clock = clock
        } else {
          checker.report(
            SemanticError.unknownTimezone(
              token.span, token.textValue, known: LocalClock.knownIdentifiers))
        }
      default: break
      }
    }
  }

  private func isFirst(_ word: String, _ span: Span, _ seen: inout [String: Span]) -> Bool {
    if let first = seen[word] {
      checker.report(SemanticError.repeatedHeader(span, word, first: first))
      return false
    }
    seen[word] = span
    return true
  }

  private mutating func follow(_ use: UseSyntax, from module: Module) {
    if let name = use.module {
      follow(standard: name.dotted, at: name.span)
    } else if let file = use.file {
      follow(file: file.textValue, at: file.span, from: module)
    }
  }

  private mutating func follow(standard name: String, at span: Span) {
    guard isNew(name, span) else { return }
    guard let source = checker.resolver.standardModule(name) else {
      checker.report(SemanticError.noSuchModule(span, name))
      return
    }
    add(Module(tree: parse(source), directory: checker.options.directory), keys: [name], at: span)
  }

  private mutating func follow(file path: String, at span: Span, from module: Module) {
    let key = ScriptPath.normalized(ScriptPath.joined(path, to: module.directory))
    guard isNew(key, span) else { return }
    do throws(Diagnostic) {
      let source = try checker.resolver.file(path, from: module.directory)
      let name = ScriptPath.normalized(source.name)
      guard name == key || isNew(name, span) else { return }
      let directory = ScriptPath.directory(ofFile: path, from: module.directory)
      add(Module(tree: parse(source), directory: directory), keys: [key, name], at: span)
    } catch {
      checker.report(SemanticError.unreadableModule(span, path, error))
    }
  }

  /// Whether a file is neither loaded nor being loaded; the latter is a cycle.
  private func isNew(_ key: String, _ span: Span) -> Bool {
    if let position = open.firstIndex(where: { $0.keys.contains(key) }) {
      let path = open[(position + 1)...].compactMap(\.site)
      checker.report(SemanticError.moduleCycle(span, key, path: path))
      return false
    }
    return !loaded.contains(key)
  }
}
