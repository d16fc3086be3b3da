#!/usr/bin/env python3
"""Writes events.parquet and exposures.parquet of the windowed-feature benchmarks.

usage: data.py FOLDER SKEW EVENTS EXPOSURES      needs: numpy, pyarrow
Customers, one to 25 events on average, are drawn with weight rank^-SKEW (0.5 mild, 0.8 heavy); times
are whole seconds over 180 days, in order, as a log is (some exposures tie with an event); categories
are 50, Zipf-like; amounts log-normal, two decimals. The seed is fixed. Rows are made a part at a time,
in the order of time, so that any number fits in memory.
"""
import sys
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

folder, skew = Path(sys.argv[1]), float(sys.argv[2])
n_events, n_exposures = int(sys.argv[3]), int(sys.argv[4])
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(360)
CUSTOMERS, DAYS, CATEGORIES, START = n_events // 25, 180, 50, 1_735_689_600
PART = 5_000_000

weights = 1.0 / np.arange(1, CUSTOMERS + 1) ** skew
names = random.permutation(CUSTOMERS).astype(np.int32)
cumulative = np.cumsum(weights / weights.sum())
share = 1.0 / np.arange(1, CATEGORIES + 1) ** 0.7
categories = np.cumsum(share / share.sum())


def parts(count):
    """Customers and times of each part; a part is a span of the 180 days."""
    number = max(1, (count + PART - 1) // PART)
    second = DAYS * 86_400
    for part in range(number):
        rows = count // number + (1 if part < count % number else 0)
        low, high = second * part // number, second * (part + 1) // number
        customers = names[np.searchsorted(cumulative, random.random(rows)).clip(0, CUSTOMERS - 1)]
        times = np.sort(random.integers(low, high, rows)) + START
        yield customers, pa.array(times.astype(np.int64) * 1_000_000, pa.timestamp("us"))


def write(name, tables):
    writer = None
    partial = folder / f"{name}.partial"
    for table in tables:
        writer = writer or pq.ParquetWriter(partial, table.schema, compression="zstd")
        writer.write_table(table)
    writer.close()
    partial.rename(folder / f"{name}.parquet")


def events():
    for customer, ts in parts(n_events):
        category = np.searchsorted(categories, random.random(len(customer))).clip(0, CATEGORIES - 1)
        amount = np.round(random.lognormal(3.0, 1.0, len(customer)), 2)
        yield pa.table({"customer": customer, "ts": ts, "amount": amount, "category": category.astype(np.int16)})


def exposures():
    first = 0
    for customer, ts in parts(n_exposures):
        number = np.arange(first, first + len(customer), dtype=np.int64)
        first += len(customer)
        yield pa.table({"xid": number, "customer": customer, "ts": ts})


write("events", events())
write("exposures", exposures())
