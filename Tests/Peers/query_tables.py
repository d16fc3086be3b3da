"""The tables of the query corpus: nulls, NaN, −0, ties, dates, a unicode text, and one without rows."""
import math
import random
from datetime import date, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq

CATEGORIES = ["tea", "cake", "ä, \"q\"", "Tea", "", "zebra"]
CHANNELS = ["phone", "email", "post"]
START = datetime(2025, 11, 1, tzinfo=timezone.utc)


def maybe(random, share, value):
    return None if random.random() < share else value


def orders(count, seed):
    draw = random.Random(seed)
    amounts = [0.0, -0.0, 0.1, 0.2, 1e16, -1e16, 12.5, 99.99, float("nan")]
    rows = []
    for _ in range(count):
        at = START + timedelta(hours=draw.randrange(0, 24 * 150, 3))
        rows.append({
            "order_id": len(rows),
            "customer_id": draw.randrange(60),
            "ordered_at": at,
            "day": maybe(draw, 0.1, at.date()),
            "amount": maybe(draw, 0.15, draw.choice(amounts) if draw.random() < 0.3 else round(draw.uniform(-20, 200), 2)),
            "quantity": maybe(draw, 0.2, draw.randrange(-3, 8)),
            "category": maybe(draw, 0.15, draw.choice(CATEGORIES)),
            "gift": maybe(draw, 0.25, draw.random() < 0.4),
            "channel": draw.choice(CHANNELS),
        })
    return rows


def accounts(seed):
    draw = random.Random(seed)
    return [{
        "account": key,
        "region": maybe(draw, 0.2, draw.choice(["north", "south", "east"])),
        "tier": maybe(draw, 0.2, draw.randrange(4)),
        "rating": maybe(draw, 0.2, draw.choice([0.5, 1.5, 2.5, float("nan"), -0.0])),
    } for key in range(0, 80) if draw.random() < 0.7]


def offers():
    return [{"offer": name, "kind": kind, "price": price} for name, kind, price in
            [("tea", "drink", 3.5), ("cake", "food", 4.25), ("zebra", None, None), ("soup", "food", 6.0)]]


ORDERS = pa.schema([
    ("order_id", pa.int64()), ("customer_id", pa.int64()), ("ordered_at", pa.timestamp("us", "UTC")), ("day", pa.date32()),
    ("amount", pa.float64()), ("quantity", pa.int64()), ("category", pa.string()), ("gift", pa.bool_()),
    ("channel", pa.string())])
ACCOUNTS = pa.schema([("account", pa.int64()), ("region", pa.string()), ("tier", pa.int64()), ("rating", pa.float64())])
OFFERS = pa.schema([("offer", pa.string()), ("kind", pa.string()), ("price", pa.float64())])

DECLARED = """
edition 2026
entity customer
"""
EVENTS = """events {name} of customer from "{name}.parquet" {{
  order_id:    int
  customer_id: int     @key
  ordered_at:  time    @time
  day:         date?
  amount:      float?  @nan(keep)
  quantity:    int?
  category:    text?
  gift:        bool?
  channel:     text
  observed through @2026-06-01
}}
"""
OTHERS = """profile accounts of customer from "accounts.parquet" {
  account: int     @key
  region:  text?
  tier:    int?
  rating:  float?  @nan(keep)
}
actions offers from "offers.parquet" {
  offer: text    @key
  kind:  text?
  price: float?
  none "nothing"
}
view per_customer = orders | group customer_id { n = count(); spent = sum(amount) }
view big = orders | where quantity > 2 | select customer_id, quantity, channel
"""


def write(folder):
    tables = {"orders": (orders(4000, 1), ORDERS), "few": (orders(40, 2), ORDERS), "nothing": ([], ORDERS),
              "accounts": (accounts(3), ACCOUNTS), "offers": (offers(), OFFERS)}
    for name, (rows, schema) in tables.items():
        pq.write_table(pa.Table.from_pylist(rows, schema), folder / f"{name}.parquet")
    return list(tables)


def declarations():
    return DECLARED + "".join(EVENTS.format(name=name) for name in ["orders", "few", "nothing"]) + OTHERS
