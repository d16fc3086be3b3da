"""A campaign of many actions as tables and a script: customers × actions under one budget, where a matrix of
values would not fit in memory.
"""
import numpy, pyarrow as pa, pyarrow.parquet as pq

SCRIPT = """edition 2026
entity customer
profile people of customer from "people.parquet" {{
  customer: int   @key
  since:    time  @from
  taste:    float = 0.0
  wealth:   float = 1.0
}}
actions offers from "offers.csv" {{
  offer:  text  @key
  place:  float
  margin: float
  cost:   float
  none "nothing"
}}
exposure campaign of customer in people at @2026-03-01
score p_buy for offers = sigmoid(people.taste * offers.place - 2)
objective value for offers {{ maximize gain = p_buy * offers.margin * people.wealth }}
constraint spend: sum(offers.cost) <= {budget}
policy plan for offers at campaign {{
  mask none
  objective value
  subject to spend
  choose greedy
  fallback "nothing"
}}
output decisions = plan | select customer, action, propensity, value to "decisions.parquet"
"""


def write(folder, customers, actions):
    random = numpy.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    since = pa.array(numpy.full(customers, numpy.datetime64("2026-01-01", "us")), pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"customer": numpy.arange(customers), "since": since, "taste": random.normal(0, 1, customers),
                             "wealth": random.uniform(0.5, 1.5, customers)}), folder / "people.parquet")
    (folder / "offers.csv").write_text("offer,place,margin,cost\n" + "".join(
        f"o{i},{random.normal(0, 1):.4f},{random.uniform(1, 20):.2f},{random.uniform(0.1, 3):.2f}\n" for i in range(actions)))
    (folder / "campaign.c360").write_text(SCRIPT.format(budget=customers / 10))
