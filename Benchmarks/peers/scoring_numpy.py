#!/usr/bin/env python3
"""The softmax policy of scoring/softmax.py in numpy, a tile of rows at a time so that a tile stays in the cache.
usage: FOLDER OUT [--resident RUNS]: with RUNS the seconds from arrays in memory to arrays in memory are printed.
"""
import sys, time
from pathlib import Path
import numpy, pyarrow as pa, pyarrow.csv, pyarrow.parquet as pq

sys.path.append(str(Path(__file__).resolve().parent.parent / "scoring"))
import softmax

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
runs = int(sys.argv[4]) if len(sys.argv) > 4 else 0
TILE = 2048
people, offers = pq.read_table(folder / "people.parquet"), pa.csv.read_csv(folder / "offers.csv")
codes = lambda column, texts: pa.compute.index_in(column, pa.array(texts)).to_numpy().astype(numpy.int8)
row = {name: people[name].to_numpy() for name in ("age", "email_ok", "spend", "contacts")}
row["region"], row["category"] = codes(people["region"], softmax.REGIONS), codes(people["category"], softmax.CATEGORIES)
inputs = numpy.column_stack([people[name].to_numpy() for name in ("x1", "x2", "x3")])
of = {name: offers[name].to_numpy() for name in ("min_age", "min_spend", "most_contacts", "margin", "base")}
weights = numpy.stack([offers[name].to_numpy() for name in ("w1", "w2", "w3")])
region, category = codes(offers["region"], softmax.REGIONS), codes(offers["category"], softmax.CATEGORIES)
somewhere, by_email = region != 0, codes(offers["channel"], softmax.CHANNELS) == 0
count, actions = people.num_rows, offers.num_rows


def decide():
    chosen = numpy.empty(count, numpy.int32)
    propensity, expected = numpy.empty(count), numpy.empty(count)
    uniform = numpy.random.default_rng(7).random(count)
    for first in range(0, count, TILE):
        part = slice(first, min(first + TILE, count))
        forbidden = row["age"][part, None] < of["min_age"]
        forbidden |= somewhere & (row["region"][part, None] != region)
        forbidden |= by_email & ~row["email_ok"][part, None]
        forbidden |= row["spend"][part, None] < of["min_spend"]
        forbidden |= row["category"][part, None] == category
        forbidden |= row["contacts"][part, None] >= of["most_contacts"]
        value = of["margin"] / (1 + numpy.exp(-(inputs[part] @ weights + of["base"])))
        left = numpy.where(forbidden, -numpy.inf, value / softmax.TEMPERATURE)
        top = numpy.maximum(left.max(axis=1), 0)
        weight = numpy.exp(left - top[:, None])
        stay = numpy.exp(-top)
        cumulative = weight.cumsum(axis=1)
        total = cumulative[:, -1] + stay
        expected[part] = (weight * value).sum(axis=1) / total
        place = (cumulative <= (uniform[part] * total)[:, None]).sum(axis=1)
        chosen[part] = place
        own = numpy.take_along_axis(weight, numpy.minimum(place, actions - 1)[:, None], 1)[:, 0]
        propensity[part] = numpy.where(place < actions, own, stay) / total
    return chosen, propensity, expected


for _ in range(runs):
    start = time.perf_counter()
    result = decide()
    print(time.perf_counter() - start, flush=True)
chosen, propensity, expected = result if runs else decide()
names = pa.array(offers["offer"].to_pylist() + ["nothing"])
pq.write_table(pa.table({"customer": people["customer"], "action": names.take(pa.array(chosen)),
                         "propensity": propensity, "expected_value": expected}), out, compression="zstd")
