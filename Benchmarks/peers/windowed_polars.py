#!/usr/bin/env python3
"""The windowed-feature benchmark in Polars, from files to file: the best form known.

usage: POLARS_MAX_THREADS=2 windowed_polars.py FOLDER composite_key OUT
One sorted key (customer, time) makes every window end a binary search; sums are prefix sums over
the whole table; distinct categories come from one running maximum a category (50 of them).
Plain prefix sums in doubles lose bits when amounts differ in size; the result is compared to 1e-6.
"""
import sys
import polars as pl

folder, form, out = sys.argv[1:4]
if form != "composite_key":
    sys.exit(f"unknown form {form}")
DAY = 86400 * 1_000_000
BASE = 1 << 45
events = pl.read_parquet(f"{folder}/events.parquet").select(
    "customer", pl.col("ts").cast(pl.Int64).alias("t"), "amount", "category")
moments = pl.read_parquet(f"{folder}/exposures.parquet").select(
    "xid", "customer", pl.col("ts").cast(pl.Int64).alias("t"))
start = events["t"].min() - 200 * DAY
key = (pl.col("customer").cast(pl.Int64) * BASE + (pl.col("t") - start)).alias("key")
e = events.with_columns(key).sort("key").with_columns(
    prefix=pl.col("amount").cum_sum(), i=pl.int_range(0, pl.len(), dtype=pl.Int32))
x = moments.with_columns(key).sort("key")
keys, probes = e["key"], x["key"]
right = keys.search_sorted(probes, side="left").cast(pl.Int64)
left = {n: keys.search_sorted(probes - n * DAY, side="left").cast(pl.Int64) for n in (7, 30, 90)}
prefix = pl.concat([pl.Series([0.0]), e["prefix"]])
x = x.with_columns(n7=right - left[7], s30=prefix.gather(right) - prefix.gather(left[30]))
before = (right - 1).clip(0, None)
distinct = None
for category in range(int(events["category"].max()) + 1):
    last = e.select(
        pl.when(pl.col("category") == category).then(pl.col("i")).otherwise(pl.lit(-1, dtype=pl.Int32))
        .cum_max().alias("last"))["last"]
    hit = (last.gather(before).cast(pl.Int64) >= left[90]).cast(pl.Int64)
    distinct = hit if distinct is None else distinct + hit
last_time, last_customer = e["t"].gather(before), e["customer"].gather(before)
x.select(
    "xid", "n7", "s30",
    pl.when(right > left[90]).then(distinct).otherwise(0).alias("d90"),
    pl.when((right > 0) & (last_customer == pl.col("customer"))).then(pl.col("t") - last_time).alias("gap"),
).write_parquet(out, compression="zstd")
