import C360Columns
import C360Diagnostics

/// What was written, and what is true of it.
public struct SynthReport: Sendable {
  let options: SynthOptions
  /// Files and their rows.
  public let tables: [(path: String, rows: Int)]
  let tally: Tally

  /// The true value of a policy, a send: the probability of an order that stands within 14 days, and
  /// the expected pounds.
  public func value(of policy: String) -> (converted: Double, revenue: Double)? {
    value(of: policy, in: tally.observed)
  }

  private func value(
    of policy: String, in sends: Tally.Sends
  ) -> (converted: Double, revenue: Double)? {
    guard let index = Tally.policies.firstIndex(of: policy), sends.count > 0 else { return nil }
    let sum = sends.values[index]
    let count = Double(sends.count)
    return (sum.converted / count, sum.revenue / count)
  }

  /// By how much each offer raises the probability of an order, beside doing nothing.
  private func uplifts(_ segment: Tally.Segment) -> [Double] {
    let none = segment.actions[Catalogue.offers.count].converted
    return Catalogue.offers.indices.map {
      Self.share(segment.actions[$0].converted - none, segment.sends)
    }
  }

  private static func share(_ sum: Double, _ count: Int) -> Double {
    count > 0 ? sum / Double(count) : 0
  }

  // MARK: For machines

  /// Everything but what is true of single customers, devices and sends, which files tell.
  public var json: String {
    JSONValue.object([
      ("format.v1", .text("c360 synth")),
      ("seed", .text(String(options.seed))),
      ("customers", .integer(options.customers)),
      ("scale", .float(options.scale)),
      ("from", .text(day(options.from))),
      ("through", .text(day(options.through - 1))),
      ("rows", .object(tables.map { ($0.path, .integer($0.rows)) })),
      (
        "truthFiles",
        .object([
          ("customers", .text("truth/customers.parquet")),
          ("devices", .text("truth/devices.parquet")), ("sends", .text("truth/sends.parquet")),
        ])
      ),
      ("outcome", .text("an order that stands, in (sent_at, sent_at + 14 d]")),
      ("policies", policies(tally.observed)),
      ("policiesNonOverlapping14d", policies(tally.kept)),
      (
        "segments",
        .object(
          zip(Catalogue.segments, tally.segments).map { ($0.name, segment($1)) })
      ),
      ("devices", devices),
      ("cancelledOrders", .integer(tally.cancelledOrders)),
    ]).rendered
  }

  private func policies(_ sends: Tally.Sends) -> JSONValue {
    .object([
      ("sends", .integer(sends.count)),
      (
        "value",
        .object(
          Tally.policies.compactMap { name in
            value(of: name, in: sends).map { value in
              (
                name,
                .object([
                  ("converted", .float(value.converted)), ("revenue", .float(value.revenue)),
                ])
              )
            }
          })
      ),
    ])
  }

  private func segment(_ segment: Tally.Segment) -> JSONValue {
    .object([
      ("customers", .integer(segment.customers)),
      ("sends", .integer(segment.sends)),
      (
        "convertedWithout",
        .float(
          Self.share(segment.actions[Catalogue.offers.count].converted, segment.sends))
      ),
      (
        "uplift",
        .object(zip(Catalogue.offers, uplifts(segment)).map { ($0.name, .float($1)) })
      ),
      (
        "likes",
        .object(
          zip(Catalogue.categories, segment.preferences).map {
            ($0, .float(Self.share($1, segment.customers)))
          })
      ),
    ])
  }

  private var devices: JSONValue {
    .object(
      zip(Device.Kind.allCases, tally.devices).map { ($0.rawValue, .integer($1)) }
        + [("ownedByNoCustomer", .integer(tally.anonymousDevices))])
  }

  private func day(_ time: Int64) -> String {
    let date = CivilDate(daysSince1970: Int(time / Seasons.day))
    return "\(date.year)-\(padded(date.month))-\(padded(date.day))"
  }

  private func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  // MARK: For people

  /// The truth in a few tables.
  public var text: String {
    var text = "Rows\n"
    for table in tables {
      text += "  \(left(table.path, 26))\(right(grouped(table.rows), 14))\n"
    }
    text += "\nTrue value a send: share with an order that stands within 14 days, and pounds\n"
    for name in Tally.policies {
      guard let value = value(of: name) else { continue }
      text +=
        "  \(left(name, 26))\(right(percent(value.converted), 14))"
        + "\(right(fixed(value.revenue), 10))\n"
    }
    text += "\nTrue uplift beside no contact, in points of that share\n"
    text += "  \(left("", 26))"
    text += Catalogue.segments.map { right($0.name, 10) }.joined() + "\n"
    let columns = tally.segments.map(uplifts)
    for (index, offer) in Catalogue.offers.enumerated() {
      text += "  \(left(offer.name, 26))"
      text += columns.map { right(fixed(100 * $0[index]), 10) }.joined() + "\n"
    }
    text += "\nTrue owners: of \(grouped(tally.devices.reduce(0, +))) devices "
    text += zip(Device.Kind.allCases, tally.devices).map { "\(grouped($1)) \($0.rawValue)" }
      .joined(separator: ", ")
    text += "; \(grouped(tally.anonymousDevices)) belong to no customer\n"
    return text
  }

  private func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }

  private func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text = "," + text }
      text = String(digit) + text
    }
    return text
  }

  /// Two decimals.
  private func fixed(_ number: Double) -> String {
    let hundredths = Int((abs(number) * 100).rounded())
    return "\(number < 0 ? "-" : "")\(hundredths / 100).\(padded(hundredths % 100))"
  }

  private func percent(_ share: Double) -> String { fixed(100 * share) + " %" }
}
