#!/usr/bin/env python3
"""The softmax policy of scoring/softmax.py in Polars, three columns an action: no cross join, all expressions in
one lazy plan. usage: POLARS_MAX_THREADS=2 FOLDER OUT
"""
import sys
from functools import reduce
from pathlib import Path
import numpy, polars as pl

sys.path.append(str(Path(__file__).resolve().parent.parent / "scoring"))
import softmax

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
offers = pl.read_csv(folder / "offers.csv").to_dicts()
people = pl.scan_parquet(folder / "people.parquet")
count = people.select(pl.len()).collect().item()
people = people.with_columns(u=pl.lit(pl.Series(numpy.random.default_rng(7).random(count))))
values, lefts = [], []
for i, offer in enumerate(offers):
    forbidden = [pl.col("age") < offer["min_age"], pl.col("spend") < offer["min_spend"],
                 pl.col("category") == offer["category"], pl.col("contacts") >= offer["most_contacts"]]
    forbidden += [pl.col("region") != offer["region"]] if offer["region"] != "any" else []
    forbidden += [~pl.col("email_ok")] if offer["channel"] == "email" else []
    score = offer["base"] + sum(offer[f"w{k}"] * pl.col(f"x{k}") for k in (1, 2, 3))
    values.append((offer["margin"] / (1 + (-score).exp())).alias(f"v{i}"))
    lefts.append(pl.when(pl.any_horizontal(forbidden)).then(float("-inf"))
                 .otherwise(pl.col(f"v{i}") / softmax.TEMPERATURE).alias(f"l{i}"))
places = range(len(offers))
weights = [(pl.col(f"l{i}") - pl.col("top")).exp().alias(f"w{i}") for i in places]
decided = (people.with_columns(values).with_columns(lefts)
           .with_columns(top=pl.max_horizontal([pl.col(f"l{i}") for i in places] + [pl.lit(0.0)]))
           .with_columns(weights).with_columns(stay=(-pl.col("top")).exp()))
decided = decided.with_columns(pl.col("w0").alias("c0"))
for i in places[1:]:
    decided = decided.with_columns((pl.col(f"c{i - 1}") + pl.col(f"w{i}")).alias(f"c{i}"))
last = f"c{places[-1]}"
decided = decided.with_columns(total=pl.col(last) + pl.col("stay")).with_columns(draw=pl.col("u") * pl.col("total"))
pick = lambda of, otherwise: reduce(
    lambda rest, i: pl.when(pl.col("draw") < pl.col(f"c{i}")).then(of(i)).otherwise(rest), reversed(places), otherwise)
(decided.select(
    "customer", action=pick(lambda i: pl.lit(offers[i]["offer"]), pl.lit("nothing")),
    propensity=pick(lambda i: pl.col(f"w{i}"), pl.col("stay")) / pl.col("total"),
    expected_value=pl.sum_horizontal([pl.col(f"w{i}") * pl.col(f"v{i}") for i in places]) / pl.col("total"))
 .collect(engine="streaming").write_parquet(out, compression="zstd"))
