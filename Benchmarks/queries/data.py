#!/usr/bin/env python3
"""Writes orders.parquet and accounts.parquet of the query benchmarks.

usage: data.py FOLDER ORDERS      needs: numpy, pyarrow
A tenth as many customers as orders, drawn evenly; 40 categories, Zipf-like; amounts log-normal with two decimals;
whole quantities of which a tenth are null. Times ascend. Every customer has one account.
"""
import sys
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

folder, count = Path(sys.argv[1]), int(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(360)
customers, categories, start = max(1, count // 10), 40, 1_735_689_600
share = 1.0 / np.arange(1, categories + 1) ** 0.7
names = pa.array([f"category {place}" for place in range(categories)])
drawn = np.searchsorted(np.cumsum(share / share.sum()), random.random(count)).clip(0, categories - 1)
orders = pa.table({
    "order_id": random.permutation(count).astype(np.int64),
    "customer_id": random.integers(0, customers, count),
    "ordered_at": pa.array((np.sort(random.integers(0, 180 * 86_400, count)) + start) * 1_000_000, pa.timestamp("us", "UTC")),
    "amount": np.round(random.lognormal(3, 1, count), 2),
    "quantity": pa.array(random.integers(1, 10, count), mask=random.random(count) < 0.1),
    "category": names.take(pa.array(drawn)),
})
pq.write_table(orders, folder / "orders.parquet", row_group_size=1_000_000)
accounts = pa.table({
    "account": random.permutation(customers).astype(np.int64),
    "region": pa.array([f"region {place}" for place in range(12)]).take(pa.array(random.integers(0, 12, customers))),
    "tier": random.integers(0, 5, customers),
})
pq.write_table(accounts, folder / "accounts.parquet")
