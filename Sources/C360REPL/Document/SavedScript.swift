import C360
import C360Diagnostics
import C360IO
import C360Semantics
import C360Syntax

/// The text of a session as a script that stands somewhere: with the values that were set, and with paths
/// that lead from its folder to where they led.
struct SavedScript {
  /// Byte range of the text → what stands there instead.
  private var edits: [(range: Range<Int>, text: String)] = []
  /// Settings of the session that a script has no place for, as options of the command line.
  private(set) var left: [String] = []
  private let tree: SyntaxTree
  private let folders: (old: String, new: String)

  /// - Parameters:
  ///   - old: the folder to which paths of the session are relative.
  ///   - new: the folder of the script.
  init(_ source: SourceFile, from old: String, to new: String) {
    tree = parse(source)
    folders = (Self.folder(old), Self.folder(new))
  }

  /// The script, in its canonical form.
  ///
  /// - Parameter parameters: those of the program, whose types say how a value is written.
  mutating func text(
    setting parameters: [Parameter], to options: SessionOptions
  ) throws -> String {
    var unset = options.parameters
    var unbound = options.bindings
    for declaration in tree.root.declarations {
      switch declaration {
      case .param(let param):
        guard let name = param.name?.identifierText, let value = param.value,
          let type = parameters.first(where: { $0.name == name })?.type,
          let text = unset[name]
        else { continue }
        unset[name] = nil
        edits.append((value.span.range, Self.literal(text, type)))
      case .table(let table): bind(table.name, table.source, table.format, &unbound)
      case .exposure(let exposure):
        bind(
          exposure.name, exposure.source, exposure.format, &unbound)
      case .use(let use): relocate(use.file)
      case .output(let output): relocate(output.destination)
      default: break
      }
    }
    relocateModels()
    left += unset.sorted { $0.key < $1.key }.map { "--set \($0)=\($1)" }
    left += unbound.sorted { $0.key < $1.key }.compactMap { name, binding in
      if case .path(let path) = binding { "--bind \(name)=\(path)" } else { nil }
    }
    if options.seed != 0 { left.append("--seed \(options.seed)") }
    if let instant = options.asOf {
      left.append("--as-of \(ResultTable.text(.int(instant), .time))")
    }
    return try format(parse(edited))
  }

  private var edited: SourceFile {
    var bytes = tree.source.bytes
    for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      bytes.replaceSubrange(edit.range, with: Array(edit.text.utf8))
    }
    return SourceFile(name: tree.source.name, bytes: Array(bytes))
  }

  // MARK: Paths

  /// The file of a table: the bound one, which is relative to the working directory, or its own.
  private mutating func bind(
    _ name: SyntaxToken?, _ source: SyntaxToken?, _ format: FormatSyntax?,
    _ unbound: inout [String: SessionOptions.Binding]
  ) {
    guard let source else { return }
    guard let name, case .path(let file)? = unbound.removeValue(forKey: name.identifierText) else {
      return relocate(source)
    }
    let path = path(file, from: Self.folder("."))
    edits.append((source.span.range, TextLiteral.written(path)))
    // As where it is read: the name of a bound file says its format, where it says one.
    if let format, FileFormat(path: file) != nil { edits.append((format.node.span.range, "")) }
  }

  private mutating func relocate(_ token: SyntaxToken?) {
    guard folders.old != folders.new, let token, token.kind == .text else { return }
    let path = path(token.textValue, from: folders.old)
    guard path != token.textValue else { return }
    edits.append((token.span.range, TextLiteral.written(path)))
  }

  /// The first argument of functions that read a model.
  private mutating func relocateModels() {
    let readers = Set(Catalogue.functions.filter { $0.signature.contains("(\"file\"") }.map(\.name))
    for index in tree.records.indices where tree.records[index].kind == .call {
      guard case .call(let call) = ExpressionSyntax(SyntaxNode(tree: tree, index: index)),
        let callee = call.callee, readers.contains(callee.dotted),
        case .literal(let file)? = call.arguments.first?.value
      else { continue }
      relocate(file.token)
    }
  }

  /// What leads from the script's folder to where a path leads from another.
  private func path(_ path: String, from folder: String) -> String {
    guard !path.hasPrefix("/"), !path.contains("://") else { return path }
    let target = absolutePath(path, from: folder).split(separator: "/")
    let start = folders.new.split(separator: "/")
    let common = zip(target, start).prefix { $0 == $1 }.count
    // From the root on nothing is nearer.
    guard common > 0 else { return "/" + target.joined(separator: "/") }
    return (start[common...].map { _ in ".." } + target[common...]).joined(separator: "/")
  }

  /// Links resolved, since `..` leaves a folder by where it really is.
  static func folder(_ path: String) -> String {
    Installation.realPath(path) ?? absolutePath(path, from: ".")
  }

  // MARK: Values

  /// The text of `:set`, as the language writes a value of that type.
  static func literal(_ text: String, _ type: Type) -> String {
    if type.isOptional, text == "null" { return text }
    switch type.base {
    case .text: return TextLiteral.written(text)
    case .time: return text.hasPrefix("@") ? text : "@" + text
    case .date: return "date(\(text.hasPrefix("@") ? text : "@" + text))"
    case .float(let unit):
      guard let currency = unit.currency, !text.hasSuffix(currency) else {
        return unit.currency.map { "\(text.dropLast($0.count).trimmed) \($0)" } ?? text
      }
      return "\(text) \(currency)"
    default: return text
    }
  }
}
