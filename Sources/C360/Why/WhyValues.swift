import C360Columns
import C360Diagnostics

/// Values as explanations have them for machines.
enum WhyValues {
  static func read(_ read: Why.Read, _ value: Scalar?, _ events: [Why.Events]) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", .text(read.name)), ("kind", .text(read.kind.rawValue)),
    ]
    if let value {
      members.append(("value", Self.value(value, read.type)))
    } else {
      members.append(("hasNoValue", .bool(true)))
    }
    if !events.isEmpty { members.append(("events", .array(events.map(self.events)))) }
    return .object(members)
  }

  private static func events(_ events: Why.Events) -> JSONValue {
    let effective = events.effective.map { [("effective", Self.value($0, .float))] } ?? []
    return .object(
      [
        ("table", .text(events.table)), ("words", .text(events.words)),
        ("from", Self.time(events.from)), ("isFromExclusive", .bool(events.isFromExclusive)),
        ("to", Self.time(events.to)), ("count", Self.value(events.count, .float)),
      ] + effective + [
        ("first", Self.time(events.first)), ("last", Self.time(events.last)),
      ])
  }

  static func number(_ value: Double?) -> JSONValue { value.map { .float($0) } ?? .null }

  static func time(_ instant: Int64?) -> JSONValue {
    instant.map { .text(ValueText.time($0)) } ?? .null
  }

  static func value(_ value: Scalar, _ type: LogicalType) -> JSONValue {
    switch (value, type) {
    case (.null, _): .null
    case (.bool(let value), _): .bool(value)
    case (.int(let value), .time): .text(ValueText.time(value))
    case (.int(let value), .date): .text(ValueText.date(value))
    case (.int(let value), .duration): .text(ValueText.duration(value))
    case (.int(let value), _): .integer(Int(value))
    case (.float(let value), _): .float(value)
    case (.text(let value), _): .text(value)
    case (.vector(let elements), _): .array(elements.map { .float($0) })
    case (.list(let elements), .list(let type)): .array(elements.map { Self.value($0, type) })
    case (.list(let elements), _): .array(elements.map { Self.value($0, type) })
    }
  }
}
