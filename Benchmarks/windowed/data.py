#!/usr/bin/env python3
"""Writes events.parquet and exposures.parquet of the windowed-feature benchmark.

usage: data.py FOLDER SKEW [EVENTS EXPOSURES]      needs: numpy, pyarrow
Customers are drawn with weight rank^-SKEW (0.5 mild, 0.8 heavy) out of 200,000; times are whole
seconds over 180 days, in order, as a log is (some exposures tie with an event); categories are 50,
Zipf-like; amounts log-normal, two decimals. The seed is fixed.
"""
import sys
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

folder, skew = Path(sys.argv[1]), float(sys.argv[2])
n_events, n_exposures = (int(v) for v in (sys.argv[3:5] or (5_000_000, 1_000_000)))
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(360)
CUSTOMERS, DAYS, CATEGORIES, START = 200_000, 180, 50, 1_735_689_600

weights = 1.0 / np.arange(1, CUSTOMERS + 1) ** skew
names = random.permutation(CUSTOMERS).astype(np.int32)
cumulative = np.cumsum(weights / weights.sum())

def draw(count):
    customers = names[np.searchsorted(cumulative, random.random(count)).clip(0, CUSTOMERS - 1)]
    times = np.sort(random.integers(0, DAYS * 86_400, count)) + START
    return customers, times.astype(np.int64) * 1_000_000

customer, time = draw(n_events)
share = 1.0 / np.arange(1, CATEGORIES + 1) ** 0.7
category = np.searchsorted(np.cumsum(share / share.sum()), random.random(n_events)).clip(0, CATEGORIES - 1)
pq.write_table(pa.table({
    "customer": customer, "ts": pa.array(time, pa.timestamp("us")),
    "amount": np.round(random.lognormal(3.0, 1.0, n_events), 2), "category": category.astype(np.int16),
}), folder / "events.parquet", compression="zstd")
customer, time = draw(n_exposures)
pq.write_table(pa.table({
    "xid": np.arange(n_exposures, dtype=np.int64), "customer": customer, "ts": pa.array(time, pa.timestamp("us")),
}), folder / "exposures.parquet", compression="zstd")
