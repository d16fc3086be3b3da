#!/usr/bin/env python3
"""The windowed features in Polars, in the best form known.

usage: POLARS_MAX_THREADS=2 windowed_polars.py FOLDER composite_key SET OUT [--resident RUNS]
One sorted key (customer, time) makes every window end a binary search; sums are prefix sums over the
whole table; extremes come from a sparse table of powers of two; distinct categories from one running
maximum a category (50 of them). SET and --resident as in windowed_duckdb.py.
Plain prefix sums in doubles lose bits when amounts differ in size; results are compared to 1e-6.
"""
import sys, time
from pathlib import Path
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "windowed"))
import features

folder, form, names, out = sys.argv[1:5]
if form != "composite_key":
    sys.exit(f"unknown form {form}")
names = features.SETS[names]
runs = int(sys.argv[6]) if len(sys.argv) > 6 else 0
SECOND = 1_000_000
DAY = 86_400
# Times are whole seconds, and so are keys: in microseconds those of 300,000 customers overflow 64 bits.
BASE = 1 << 26
parts = [(name, *features.split(name)) for name in names]
windows = sorted({days for _, _, days in parts if days})


def load():
    events = pl.read_parquet(f"{folder}/events.parquet").select(
        "customer", pl.col("ts").cast(pl.Int64).alias("t"), "amount", "category")
    moments = pl.read_parquet(f"{folder}/exposures.parquet").select(
        "xid", "customer", pl.col("ts").cast(pl.Int64).alias("t"))
    return events, moments


def extremes(amounts, left, right, kind):
    """Smallest or largest of amounts[left:right] for each row; null where that is empty."""
    pick = pl.min_horizontal if kind == "lo" else pl.max_horizontal
    longest = int((right - left).max())
    levels, width = [amounts], 1
    while 2 * width <= longest:
        last = levels[-1]
        pair = pl.DataFrame({"a": last, "b": last.shift(-width)}).select(pick("a", "b"))
        levels.append(pair.to_series())
        width *= 2
    table = pl.concat(levels)
    size = len(amounts)
    length = right - left
    frame = pl.DataFrame({"l": left, "r": right, "n": length}).with_columns(
        k=(pl.when(pl.col("n") > 0).then(pl.col("n")).otherwise(1).log(2) + 1e-9).floor().cast(pl.Int64))
    frame = frame.with_columns(w=pl.lit(2, dtype=pl.Int64).pow(pl.col("k")).cast(pl.Int64)).with_columns(
        i=pl.col("k") * size + pl.col("l").clip(0, size - 1),
        j=pl.col("k") * size + (pl.col("r") - pl.col("w")).clip(0, size - 1))
    found = pl.DataFrame({"a": table.gather(frame["i"]), "b": table.gather(frame["j"]), "n": frame["n"]})
    return found.select(pl.when(pl.col("n") > 0).then(pick("a", "b"))).to_series()


def compute(events, moments):
    start = events["t"].min() - 200 * DAY * SECOND
    key = (pl.col("customer").cast(pl.Int64) * BASE + (pl.col("t") - start) // SECOND).alias("key")
    e = events.with_columns(key).sort("key").with_columns(
        prefix=pl.col("amount").cum_sum(), i=pl.int_range(0, pl.len(), dtype=pl.Int32))
    x = moments.with_columns(key).sort("key")
    keys, probes = e["key"], x["key"]
    right = keys.search_sorted(probes, side="left").cast(pl.Int64)
    left = {n: keys.search_sorted(probes - n * DAY, side="left").cast(pl.Int64) for n in windows}
    before = (right - 1).clip(0, None)
    prefix = pl.concat([pl.Series([0.0]), e["prefix"]])
    distinct = {}
    asked = [days for _, kind, days in parts if kind == "d"]
    for category in range(int(events["category"].max()) + 1) if asked else ():
        last = e.select(
            pl.when(pl.col("category") == category).then(pl.col("i")).otherwise(pl.lit(-1, dtype=pl.Int32))
            .cum_max().alias("last"))["last"].gather(before).cast(pl.Int64)
        for days in asked:
            hit = (last >= left[days]).cast(pl.Int64)
            distinct[days] = hit if days not in distinct else distinct[days] + hit
    columns = {"xid": x["xid"]}
    for name, kind, days in parts:
        count = right - left[days] if days else None
        total = prefix.gather(right) - prefix.gather(left[days]) if days and kind in "sm" else None
        if kind == "gap":
            last_time, last_customer = e["t"].gather(before), e["customer"].gather(before)
            has_last = (right > 0) & (last_customer == x["customer"])
            columns[name] = pl.DataFrame({"v": x["t"] - last_time, "h": has_last}).select(
                pl.when(pl.col("h")).then(pl.col("v"))).to_series()
        elif not days:
            first = keys.search_sorted(x["customer"].cast(pl.Int64) * BASE, side="left").cast(pl.Int64)
            columns[name] = right - first
        elif kind == "n":
            columns[name] = count
        elif kind == "s":
            columns[name] = total
        elif kind == "m":
            columns[name] = pl.DataFrame({"s": total, "n": count}).select(
                pl.when(pl.col("n") > 0).then(pl.col("s") / pl.col("n"))).to_series()
        elif kind == "d":
            columns[name] = pl.DataFrame({"d": distinct[days], "n": count}).select(
                pl.when(pl.col("n") > 0).then(pl.col("d")).otherwise(0)).to_series()
        else:
            columns[name] = extremes(e["amount"], left[days], right, kind)
    return pl.DataFrame(columns)


tables = load()
result = None if runs else compute(*tables)
for _ in range(runs):
    start = time.perf_counter()
    result = compute(*tables)
    print(time.perf_counter() - start, flush=True)
result.write_parquet(out, compression="zstd")
