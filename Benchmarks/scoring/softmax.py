"""A softmax policy as tables and a script: customers × 20 actions, six rules of eligibility, a logistic score of
three inputs.
"""
import numpy, pyarrow as pa, pyarrow.csv, pyarrow.parquet as pq

ACTIONS = 20
TEMPERATURE = 0.5
REGIONS = ["any", "north", "south", "west"]
CATEGORIES = ["books", "music", "sport", "garden", "toys"]
CHANNELS = ["email", "mail", "push"]

SCRIPT = f"""edition 2026
entity customer
exposure campaign of customer from "people.parquet" {{
  customer: int   @key
  moment:   time  @time
  age:      int
  region:   text
  email_ok: bool
  spend:    float
  category: text
  contacts: int
  x1:       float
  x2:       float
  x3:       float
  keep all
}}
actions offers from "offers.csv" {{
  offer:         text  @key
  min_age:       int
  region:        text
  channel:       text
  min_spend:     float
  category:      text
  most_contacts: int
  margin:        float
  base:          float
  w1:            float
  w2:            float
  w3:            float
  none "nothing"
}}
mask rules for offers {{
  forbid young     when campaign.age < offers.min_age
  forbid elsewhere when offers.region != "any" and campaign.region != offers.region
  forbid opted_out when offers.channel == "email" and not campaign.email_ok
  forbid small     when campaign.spend < offers.min_spend
  forbid bought    when campaign.category == offers.category
  forbid tired     when campaign.contacts >= offers.most_contacts
}}
score p_buy for offers = sigmoid(offers.base + offers.w1 * campaign.x1 + offers.w2 * campaign.x2 + offers.w3 * campaign.x3)
objective value for offers {{ maximize gain = p_buy * offers.margin }}
policy plan for offers at campaign {{
  mask      rules
  objective value
  choose    softmax(temperature: {TEMPERATURE})
  fallback  "nothing"
}}
output decisions = plan | select customer, action, propensity, expected_value to "out/result.parquet"
"""


def write(folder, customers, seed=1):
    random = numpy.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    names = lambda texts, low, size: pa.array(texts).take(pa.array(random.integers(low, len(texts), size)))
    moment = pa.array(numpy.full(customers, numpy.datetime64("2026-03-01", "us")), pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({
        "customer": numpy.arange(customers), "moment": moment, "age": random.integers(16, 90, customers),
        "region": names(REGIONS, 1, customers), "email_ok": random.random(customers) < 0.6,
        "spend": numpy.round(random.lognormal(3, 1, customers), 2), "category": names(CATEGORIES, 0, customers),
        "contacts": random.poisson(2, customers),
        **{f"x{i}": random.normal(0, 1, customers) for i in (1, 2, 3)}}), folder / "people.parquet")
    pa.csv.write_csv(pa.table({
        "offer": [f"offer {i}" for i in range(ACTIONS)], "min_age": random.choice([0, 18, 25, 50], ACTIONS),
        "region": names(REGIONS, 0, ACTIONS), "channel": names(CHANNELS, 0, ACTIONS),
        "min_spend": random.choice([0.0, 5.0, 20.0], ACTIONS), "category": names(CATEGORIES, 0, ACTIONS),
        "most_contacts": random.choice([2, 4, 8], ACTIONS), "margin": numpy.round(random.uniform(1, 10, ACTIONS), 2),
        "base": numpy.round(random.normal(-1, 0.5, ACTIONS), 4),
        **{f"w{i}": numpy.round(random.normal(0, 0.5, ACTIONS), 4) for i in (1, 2, 3)}}), folder / "offers.csv")
    (folder / "campaign.c360").write_text(SCRIPT)
