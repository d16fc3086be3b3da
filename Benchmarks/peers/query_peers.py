#!/usr/bin/env python3
"""One query of the benchmark by DuckDB or Polars.

usage: query_peers.py LIBRARY FOLDER QUERY OUT [--resident RUNS]
From files to a file, unless --resident: then the tables are loaded first, the query runs RUNS times into a
table in memory, the seconds of each run are printed, and OUT is written in the end.
"""
import sys, time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "queries"))
from queries import QUERIES

library, folder, name, out = sys.argv[1:5]
runs = int(sys.argv[6]) if len(sys.argv) > 6 else 0
_, sql, lazy, _ = QUERIES[name]


def timed(query):
    for _ in range(runs):
        start = time.perf_counter()
        result = query()
        print(time.perf_counter() - start)
    return result


if library == "duckdb":
    import duckdb
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET TimeZone = 'UTC'")
    for table in ["orders", "accounts"]:
        kind = "TABLE" if runs else "VIEW"
        connection.execute(f"CREATE {kind} {table} AS SELECT * FROM '{folder}/{table}.parquet'")
    if runs:
        timed(lambda: connection.execute(f"CREATE OR REPLACE TABLE result AS {sql}"))
        sql = "FROM result"
    connection.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
else:
    import polars as p
    if runs:
        o, a = p.read_parquet(f"{folder}/orders.parquet").lazy(), p.read_parquet(f"{folder}/accounts.parquet").lazy()
        result = timed(lambda: eval(lazy).collect())
    else:
        o, a = p.scan_parquet(f"{folder}/orders.parquet"), p.scan_parquet(f"{folder}/accounts.parquet")
        result = eval(lazy).collect(engine="streaming")
    result.write_parquet(out, compression="zstd")
