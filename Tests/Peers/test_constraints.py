"""Decisions under bounds against an exact solver: random campaigns, scipy's HiGHS for the best whole decisions.

What c360 writes must satisfy every bound, be worth what it says, lie within the gap that it proves of the
best there is, and never above its own upper bound.
"""
import json
import os
import subprocess
from pathlib import Path

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import lil_matrix

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("C360_BINARY", ROOT / ".build/release/c360"))

SCRIPT = """edition 2026
entity customer
profile people of customer from "people.parquet" {{
  customer: int  @key
  since:    time @from
  region:   text = "none"
{columns}
}}
actions offers from "offers.csv" {{
  offer:   text @key
  place:   int
  channel: text
  cost:    float
  none "nothing"
}}
limits room from "room.csv" {{
  channel: text @key
  day:     date @key
  most:    int
}}
exposure sends of customer from "sends.parquet" {{
  customer: int  @key
  sent:     time @time
  keep all
}}
mask rules for offers {{ forbid closed when {closed} }}
objective value for offers {{ maximize gain = case {{ {cases} }} }}
{constraints}
{deciders}
output decisions = plan to "decisions.parquet"
"""

POLICY = """policy {name} for offers at sends {{
  mask {mask}
  objective value
  {subject}
  choose greedy
  fallback "nothing"
}}
"""

# The same choices, parted between two policies: the best of both under bounds on both is the same problem.
ARBITRATION = """mask even for offers {{ include rules; forbid odd_place when mod(offers.place, 2) == 1 }}
mask odd for offers {{ include rules; forbid even_place when mod(offers.place, 2) == 0 }}
{first}{second}arbitrate plan of customer at sends {{
  mask none
  subject to {names}
  first best of left, right
}}
"""


def deciders(shape, names):
    if shape == "policy":
        return POLICY.format(name="plan", mask="rules", subject=f"subject to {names}")
    return ARBITRATION.format(first=POLICY.format(name="left", mask="even", subject=""),
                              second=POLICY.format(name="right", mask="odd", subject=""), names=names)


class Campaign:
    """People × actions with a day and a region each, and some of the bounds that the language has."""

    def __init__(self, seed):
        self.random = random = numpy.random.default_rng(seed)
        self.people, self.actions = int(random.integers(5, 60)), int(random.integers(1, 6))
        self.value = numpy.round(random.normal(1, 2, (self.people, self.actions)), 2)
        self.cost = numpy.round(random.uniform(0, 3, self.actions), 2)
        self.channel = random.choice(["phone", "mail"], self.actions)
        self.region = random.choice(["A", "B", "C"], self.people)
        self.day = random.integers(1, 4, self.people)
        self.open = ~((self.region == "C")[:, None] & (numpy.arange(self.actions) == 0))
        self.room = {(day, channel): int(random.integers(0, 9)) for day in range(1, 4) for channel in ("phone", "mail")
                     if random.random() < 0.8}
        self.lines, self.matrix, self.limits = [], [], []
        for make in (self.budget, self.phone, self.share, self.parity, self.reach, self.mean, self.capacities):
            if random.random() < 0.6:
                make()
        if not self.lines:
            self.budget()

    def row(self, coefficients, limit):
        self.matrix.append(numpy.broadcast_to(coefficients, (self.people, self.actions)).copy())
        self.limits.append(limit)

    def say(self, name, words):
        self.lines.append((name, words))

    def budget(self):
        limit = round(float(self.random.uniform(0, self.people)), 2)
        self.say("budget", f"sum(offers.cost) <= {limit}")
        self.row(self.cost, limit)

    def phone(self):
        limit = int(self.random.integers(0, 8))
        self.say("phone", f'count(where offers.channel == "phone") <= {limit} per calendar 1d')
        for day in numpy.unique(self.day):
            self.row((self.day == day)[:, None] * (self.channel == "phone"), limit)

    def share(self):
        self.say("share", 'share(where offers.channel == "mail") >= 30%')
        self.row(0.3 - (self.channel == "mail")[None, :], 0)

    def mean(self):
        self.say("mean", "mean(offers.cost) <= 1.5")
        self.row(self.cost - 1.5, 0)

    def parity(self):
        self.say("parity", "difference(rate(where treated), by: people.region, to: overall) <= 0.25")
        for region in numpy.unique(self.region):
            inside = self.region == region
            weight = inside / inside.sum() - 1 / self.people
            self.row(weight[:, None], 0.25)
            self.row(-weight[:, None], 0.25)

    def capacities(self):
        self.say("capacities", "count(where treated) <= room.most ?? 1 per offers.channel, calendar 1d")
        for (day, channel), limit in self.room.items():
            self.row((self.day == day)[:, None] * (self.channel == channel), limit)
        for day in numpy.unique(self.day):
            for channel in numpy.unique(self.channel):
                if (day, channel) not in self.room:
                    self.row((self.day == day)[:, None] * (self.channel == channel), 1)

    def reach(self):
        limit = int(self.random.integers(1, self.people))
        self.say("reach", f"count(where treated) <= {limit} per 36h")
        for last in numpy.unique(self.day):
            self.row(((self.day == last) | (self.day == last - 1))[:, None], limit)

    def write(self, folder, shape):
        since = pa.array(numpy.full(self.people, numpy.datetime64("2026-01-01", "us")), pa.timestamp("us", "UTC"))
        sent = (numpy.datetime64("2026-02-01T08:00", "us") + (self.day * 86_400_000_000).astype("timedelta64[us]"))
        keys = numpy.arange(self.people)
        pq.write_table(pa.table({"customer": keys, "since": since, "region": self.region.tolist(),
                                 **{f"v{a}": self.value[:, a] for a in range(self.actions)}}), folder / "people.parquet")
        pq.write_table(pa.table({"customer": keys, "sent": pa.array(sent, pa.timestamp("us", "UTC"))}), folder / "sends.parquet")
        (folder / "offers.csv").write_text("offer,place,channel,cost\n" + "".join(
            f"a{a},{a},{self.channel[a]},{self.cost[a]}\n" for a in range(self.actions)))
        (folder / "room.csv").write_text("channel,day,most\n" + "".join(
            f"{channel},2026-02-0{1 + day},{most}\n" for (day, channel), most in self.room.items()))
        cases = "; ".join([f"offers.place == {a}: people.v{a}" for a in range(self.actions - 1)]
                          + [f"else: people.v{self.actions - 1}"])
        (folder / "campaign.c360").write_text(SCRIPT.format(
            columns="\n".join(f"  v{a}: float = 0.0" for a in range(self.actions)),
            closed='people.region == "C" and offers.place == 0', cases=cases,
            constraints="\n".join(f"constraint {name}: {words}" for name, words in self.lines),
            deciders=deciders(shape, ", ".join(name for name, _ in self.lines))))

    def best(self):
        count = self.people * self.actions
        one = lil_matrix((self.people, count))
        for person in range(self.people):
            one[person, person * self.actions:(person + 1) * self.actions] = 1
        found = milp(
            -self.value.ravel(), integrality=numpy.ones(count),
            bounds=(0, self.open.ravel().astype(float)),
            constraints=[LinearConstraint(one.tocsr(), -numpy.inf, 1),
                         LinearConstraint(numpy.array([m.ravel() for m in self.matrix]), -numpy.inf, self.limits)])
        return -found.fun if found.success else None


@pytest.mark.parametrize("shape", ["policy", "arbitration"])
@pytest.mark.parametrize("seed", range(60))
def test_whole_decisions(seed, shape, tmp_path):
    campaign = Campaign(seed)
    campaign.write(tmp_path, shape)
    run = subprocess.run([BINARY, "run", "--quiet", "campaign.c360"], cwd=tmp_path, capture_output=True, text=True)
    best = campaign.best()
    if best is None:
        assert run.returncode == 1 and "E0730" in run.stderr
        return
    assert run.returncode == 0, run.stderr
    decisions = pq.read_table(tmp_path / "decisions.parquet").to_pydict()
    chosen = numpy.zeros((campaign.people, campaign.actions))
    for customer, action in zip(decisions["customer"], decisions["action"]):
        if action != "nothing":
            chosen[customer, int(action[1:])] = 1
    assert not (chosen.astype(bool) & ~campaign.open).any()
    for coefficients, limit in zip(campaign.matrix, campaign.limits):
        assert (coefficients * chosen).sum() <= limit + 1e-9
    manifest = json.loads(next(tmp_path.glob("*.manifest.json")).read_text())
    allocation = manifest["policies" if shape == "policy" else "compositions"][0]["allocation"]
    value = float((campaign.value * chosen).sum())
    assert value == pytest.approx(allocation["value"], abs=1e-9)
    assert best <= allocation["upperBound"] + 1e-7
    assert value <= best + 1e-7
    assert best - value <= allocation["upperBound"] - value + 1e-7
    # The gap proven is nearly always that of the linear program; the decisions themselves are nearer.
    assert value >= best - 0.02 * abs(best) - 1e-6
