import C360
import C360Columns
import C360Diagnostics
import C360Semantics

extension REPL {
  /// `:set` lists; `:set name value` or `:set name=value` changes a param or an option.
  func set(_ rest: String) throws -> Response {
    guard !rest.isEmpty else { return try listing() }
    let separator = rest.firstIndex { $0 == "=" || $0.isWhitespace } ?? rest.endIndex
    let name = String(rest[..<separator])
    var value = rest[separator...].trimmed
    if value.hasPrefix("=") { value = value.dropFirst().trimmed }
    guard !value.isEmpty else { throw Refusal("write `:set \(name) value`") }
    if parameterNames.contains(name) || !Self.options.contains(name) {
      state.options.parameters[name] = value
      return try over(state.document.composite()) { session in
        _ = try checked(session)
        return Response()
      }
    }
    try setOption(name, value)
    return Response()
  }

  /// A param has the value of its declaration again, an option the one of the session's start.
  func unset(_ name: String) throws -> Response {
    if state.options.parameters.removeValue(forKey: name) != nil {
      return try over(state.document.composite()) { session in
        _ = try checked(session)
        return Response()
      }
    }
    let begun = initial.options
    switch name {
    case _ where parameterNames.contains(name): break
    case "memory":
      state.options.memoryLimit = begun.memoryLimit
      cache.bound = Self.cacheBound(begun.memoryLimit)
    case "threads": state.options.threads = begun.threads
    case "seed": state.options.seed = begun.seed
    case "as-of": state.options.asOf = begun.asOf
    case "now": state.options.runTime = begun.runTime
    default:
      let known = parameterNames.sorted() + Self.options
      let near = nearest(to: name, among: known).map { "; there is `\($0)`" } ?? ""
      throw Refusal(
        name.isEmpty ? "the name of a param or an option is missing" : "`\(name)` is not set\(near)"
      )
    }
    return Response()
  }

  static let options = ["memory", "threads", "seed", "as-of", "now"]

  private func setOption(_ name: String, _ value: String) throws {
    switch name {
    case "memory":
      guard value != "none" else {
        state.options.memoryLimit = nil
        cache.bound = Self.cacheBound(nil)
        return
      }
      guard let bytes = SessionOptions.bytes(value) else {
        throw Refusal("`\(value)` is no size; write 4GB, 512MB or none")
      }
      state.options.memoryLimit = bytes
      cache.bound = Self.cacheBound(bytes)
    case "threads":
      guard let count = Int(value), count > 0 else { throw Refusal("threads are a number from 1") }
      state.options.threads = count
    case "seed":
      guard let seed = UInt64(value) else { throw Refusal("a seed is a number from 0") }
      state.options.seed = seed
    default:
      guard value != "none" || name == "now" else {
        state.options.asOf = nil
        return
      }
      guard let instant = SessionOptions.instant(value) else {
        throw Refusal("`\(value)` is no time; write 2026-03-01 or 2026-03-01T12:00:00Z")
      }
      guard name == "as-of" || state.options.asOf == nil else {
        throw Refusal("as-of is the run time, too; `:set as-of none` first")
      }
      if name == "now" { state.options.runTime = instant } else { state.options.asOf = instant }
    }
  }

  private func listing() throws -> Response {
    let options = state.options
    let session = Session(text: "", options: options)
    var lines = [
      ["memory", options.memoryLimit.map { "\($0) bytes" } ?? "none"],
      ["threads", "\(options.threads ?? Machine.processorCount)"], ["seed", "\(options.seed)"],
      ["as-of", options.asOf.map(Self.written) ?? "none"], ["now", Self.written(session.runTime)],
    ]
    lines += try over(state.document.composite()) { session in
      try checked(session).program.parameters.map { parameter in
        let set = options.parameters[parameter.name]
        return [
          parameter.name, set ?? Self.declaredValue(parameter, state.document),
          "\(parameter.type)" + (set == nil ? "" : ", set"),
        ]
      }
    }
    return .text(AlignedText.text(lines))
  }

  private static func written(_ time: Int64) -> String { ResultTable.text(.int(time), .time) }

  private static func declaredValue(_ parameter: Parameter, _ document: Document) -> String {
    guard
      let declared = document.declarations(named: parameter.name)
        .first(where: { $0.keyword == "param" }),
      let sign = declared.span.text.range(of: "= ")
    else { return "" }
    let value = declared.span.text[sign.upperBound...]
    return value.split(separator: "\n").first.map(String.init) ?? ""
  }
}

extension String {
  /// The first place of a text in this one.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
