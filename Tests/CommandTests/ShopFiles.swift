/// A small shop: three customers, five orders, two offers.
enum ShopFiles {
  static let orders = """
    customer_id,ordered_at,amount
    1,2026-01-02T10:00:00Z,10.5
    1,2026-01-20T10:00:00Z,20
    2,2026-01-05T09:00:00Z,5.25
    3,2026-01-25T00:00:00Z,100
    2,2026-02-03T12:00:00Z,7

    """
  static let offers = """
    offer_id,margin
    tea,2.5
    cake,3

    """
  static let script = """
    edition 2026

    entity customer

    events orders of customer from "orders.csv" {
      customer_id: int        @key
      ordered_at:  time       @time
      amount:      money(EUR)
      observed through @2026-02-28
    }

    actions offers from "offers.csv" {
      offer_id: text       @key
      margin:   money(EUR)
      none "nothing"
    }

    exposure today of customer at @2026-02-01

    feature orders_30d = count(orders) over 30d
    feature spend      = sum(orders.amount)

    objective value for offers {
      maximize margin = offers.margin * (1 + orders_30d) weight 1
    }

    policy first for offers at today {
      mask      none
      objective value
      choose    greedy
      fallback  "nothing"
    }

    output decisions = first to "out/decisions.csv"
    show today | select customer, orders_30d, spend

    """
}

extension Workspace {
  /// The shop's files and its script.
  static func shop(script: String = ShopFiles.script) throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write("orders.csv", ShopFiles.orders)
    try workspace.write("offers.csv", ShopFiles.offers)
    try workspace.write("shop.c360", script)
    return workspace
  }
}
