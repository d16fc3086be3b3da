import C360

/// Customers 1 to 400 with an order each, three offers of margins 1, 2 and 3 and a no-op, and two
/// policies: one that draws, one that does not.
enum CompositionShop {
  static let customers = 400

  static func script(_ text: String, seed: UInt64 = 0) -> Script {
    let rows = (1...customers).map { "\($0),2026-01-01T12:00:00Z,\($0 % 10)" }
    var script = Script(
      text: """
        entity customer
        events orders of customer from "orders.csv" {
          id:     int   @key
          bought: time  @time
          amount: float
        }
        actions offers from "offers.csv" {
          offer:  text  @key
          margin: float
          none "nothing"
        }
        actions coupons from "coupons.csv" {
          coupon: text  @key
          worth:  float
          none "nothing"
        }
        exposure now of customer in orders at @2026-02-01
        exposure later of customer in orders at @2026-08-01
        feature spend = sum(orders.amount)
        objective value for offers { maximize margin = offers.margin }
        objective saving for coupons { maximize worth = coupons.worth }
        policy soft for offers at now {
          mask none; objective value; choose softmax(temperature: 1); fallback "nothing"
        }
        policy firm for offers at now {
          mask none; objective value; choose greedy; fallback "nothing"
        }
        policy coupon for coupons at now {
          mask none; objective saving; choose softmax(temperature: 2); explore 10%; fallback "nothing"
        }

        """ + text,
      files: [
        "orders.csv": "id,bought,amount\n" + rows.joined(separator: "\n") + "\n",
        "offers.csv": "offer,margin\ntea,1\ncake,2\nwine,3\n",
        "coupons.csv": "coupon,worth\nten,1\ntwenty,2.5\n",
      ])
    script.adjust = { $0.seed = seed }
    return script
  }

  /// The cells of the first table shown, row by row, as texts; nulls are empty.
  static func rows(_ script: Script) throws -> [[String]] {
    try script.run().shows.first.map { table in
      (0..<table.rowCount).map { row in
        table.columnNames.indices.map { column in
          switch table.value(row, column) {
          case .null: ""
          case .bool(let value): "\(value)"
          case .int(let value): "\(value)"
          case .float(let value): "\(value)"
          case .text(let value): value
          case .vector, .list: table.text(row, column)
          }
        }
      }
    } ?? []
  }

  /// π of `soft`: values 1, 2, 3 and the no-op's 0.
  static let soft: [String: Double] = {
    let weights = ["nothing": 0.0, "tea": 1.0, "cake": 2.0, "wine": 3.0].mapValues {
      exponential($0 - 3)
    }
    let total = weights.values.reduce(0, +)
    return weights.mapValues { $0 / total }
  }()

  /// By its series: good to the last digits for the few values above.
  static func exponential(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    for n in 1..<60 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }
}
