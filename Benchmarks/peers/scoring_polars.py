#!/usr/bin/env python3
"""The softmax policy of scoring/softmax.py in Polars: columns for each action in one lazy plan, no cross join.
usage: POLARS_MAX_THREADS=2 FOLDER OUT [--resident RUNS]: with RUNS the seconds from a frame in memory to a frame
in memory are printed.
"""
import sys, time
from functools import reduce
from pathlib import Path
import numpy, polars as pl

sys.path.append(str(Path(__file__).resolve().parent.parent / "scoring"))
import softmax

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
runs = int(sys.argv[4]) if len(sys.argv) > 4 else 0
offers = pl.read_csv(folder / "offers.csv").to_dicts()
places = range(len(offers))


def forbidden(offer):
    rules = [pl.col("age") < offer["min_age"], pl.col("spend") < offer["min_spend"],
             pl.col("category") == offer["category"], pl.col("contacts") >= offer["most_contacts"]]
    rules += [pl.col("region") != offer["region"]] if offer["region"] != "any" else []
    rules += [~pl.col("email_ok")] if offer["channel"] == "email" else []
    return pl.any_horizontal(rules)


def value(offer):
    score = offer["base"] + sum(offer[f"w{k}"] * pl.col(f"x{k}") for k in (1, 2, 3))
    return offer["margin"] / (1 + (-score).exp())


def pick(of, otherwise):
    """By one running sum: the first action whose sum passes the draw."""
    return reduce(lambda rest, i: pl.when(pl.col("draw") < pl.col(f"c{i}")).then(of(i)).otherwise(rest),
                  reversed(places), otherwise)


def decide(people, count):
    each = lambda name, of: [of(i).alias(f"{name}{i}") for i in places]
    frame = (people.with_columns(u=pl.lit(pl.Series(numpy.random.default_rng(7).random(count))))
             .with_columns(each("v", lambda i: value(offers[i])))
             .with_columns(each("l", lambda i: pl.when(forbidden(offers[i])).then(float("-inf"))
                                .otherwise(pl.col(f"v{i}") / softmax.TEMPERATURE)))
             .with_columns(top=pl.max_horizontal([pl.col(f"l{i}") for i in places] + [pl.lit(0.0)]))
             .with_columns(each("w", lambda i: (pl.col(f"l{i}") - pl.col("top")).exp()))
             .with_columns(stay=(-pl.col("top")).exp(), c0=pl.col("w0")))
    for i in places[1:]:
        frame = frame.with_columns((pl.col(f"c{i - 1}") + pl.col(f"w{i}")).alias(f"c{i}"))
    frame = (frame.with_columns(total=pl.col(f"c{places[-1]}") + pl.col("stay"))
             .with_columns(draw=pl.col("u") * pl.col("total")))
    return frame.select(
        "customer", action=pick(lambda i: pl.lit(i, dtype=pl.Int8), pl.lit(len(offers), dtype=pl.Int8)),
        propensity=pick(lambda i: pl.col(f"w{i}"), pl.col("stay")) / pl.col("total"),
        expected_value=pl.sum_horizontal([pl.col(f"w{i}") * pl.col(f"v{i}") for i in places]) / pl.col("total"))


people = pl.scan_parquet(folder / "people.parquet")
count = people.select(pl.len()).collect().item()
if runs:
    people = people.collect().lazy()
result = decide(people, count)
for _ in range(runs):
    start = time.perf_counter()
    result.collect(engine="streaming")
    print(time.perf_counter() - start, flush=True)
names = pl.Series([offer["offer"] for offer in offers] + ["nothing"])
(result.with_columns(pl.col("action").map_batches(lambda a: names.gather(a), return_dtype=pl.String))
 .collect(engine="streaming").write_parquet(out, compression="zstd"))
