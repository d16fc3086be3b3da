"""A campaign as tables and a script: customers × 4 actions under 11 bounds (a budget, four capacities and
six rows of parity between three regions), and the same as arrays.
"""
import numpy, pyarrow as pa, pyarrow.parquet as pq

ACTIONS = ["letter", "call", "mail", "push"]
COST = numpy.array([0.8, 3.0, 0.05, 0.01])
REGIONS = ["North", "South", "West"]
GAP = 0.05

SCRIPT = """edition 2026
entity customer
profile people of customer from "people.parquet" {{
  customer: int   @key
  since:    time  @from
  region:   text = "none"
  letter:   float = 0.0
  call:     float = 0.0
  mail:     float = 0.0
  push:     float = 0.0
}}
actions offers from "offers.csv" {{
  offer:   text  @key
  cost:    float
  none "nothing"
}}
exposure campaign of customer in people at @2026-03-01
objective value for offers {{
  maximize gain = case {{
    offers.offer == "letter": people.letter
    offers.offer == "call": people.call
    offers.offer == "mail": people.mail
    else: people.push
  }}
}}
constraint budget:   sum(offers.cost) <= {budget}
constraint letters:  count(where offers.offer == "letter") <= {letter}
constraint calls:    count(where offers.offer == "call") <= {call}
constraint mails:    count(where offers.offer == "mail") <= {mail}
constraint pushes:   count(where offers.offer == "push") <= {push}
constraint parity:   difference(rate(where treated), by: people.region, to: overall) <= {gap}
policy campaign_plan for offers at campaign {{
  mask none
  objective value
  subject to budget, letters, calls, mails, pushes, parity
  choose greedy
  fallback "nothing"
}}
output decisions = campaign_plan | select customer, action, value to "decisions.parquet"
"""


def arrays(count, seed=1):
    """Values count × 4, and the region of each customer."""
    random = numpy.random.default_rng(seed)
    region = random.choice(3, count, p=[0.5, 0.3, 0.2])
    base = random.gamma(2.0, 1.0, count) * numpy.array([1.0, 0.8, 1.3])[region]
    lift = random.normal([0.5, 1.2, 0.1, 0.0], [0.6, 1.0, 0.3, 0.2], (count, 4))
    value = numpy.round(base[:, None] * lift, 4)
    return value, region


def bounds(count):
    return {"budget": 0.25 * count, "letter": int(0.2 * count), "call": int(0.06 * count),
            "mail": int(0.25 * count), "push": int(0.2 * count)}


def write(folder, count, seed=1):
    value, region = arrays(count, seed)
    folder.mkdir(parents=True, exist_ok=True)
    since = pa.array(numpy.full(count, numpy.datetime64("2026-01-01", "us")), pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({
        "customer": numpy.arange(count), "since": since, "region": pa.array(REGIONS).take(pa.array(region)),
        **{name: value[:, i] for i, name in enumerate(ACTIONS)}}), folder / "people.parquet")
    (folder / "offers.csv").write_text("offer,cost\n" + "".join(f"{n},{c}\n" for n, c in zip(ACTIONS, COST)))
    (folder / "campaign.c360").write_text(SCRIPT.format(gap=GAP, **bounds(count)))


def rows(region, bounds):
    """Limits of the 11 rows, and of the six of parity the coefficient in each region."""
    count = len(region)
    limits = [bounds["budget"]] + [bounds[a] for a in ACTIONS] + [GAP] * 6
    size = numpy.bincount(region, minlength=3)
    by_region = numpy.zeros((6, 3))
    for g in range(3):
        row = numpy.full(3, -1 / count)
        row[g] += 1 / size[g]
        by_region[2 * g], by_region[2 * g + 1] = row, -row
    return numpy.array(limits, float), by_region
