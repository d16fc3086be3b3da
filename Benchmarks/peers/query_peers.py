#!/usr/bin/env python3
"""One query of the benchmark by DuckDB or Polars, from files to a file.

usage: query_peers.py LIBRARY FOLDER QUERY OUT
"""
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "queries"))
from queries import QUERIES

library, folder, name, out = sys.argv[1:]
_, sql, lazy, _ = QUERIES[name]
if library == "duckdb":
    import duckdb
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET TimeZone = 'UTC'")
    for table in ["orders", "accounts"]:
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM '{folder}/{table}.parquet'")
    connection.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
else:
    import polars as p
    o, a = p.scan_parquet(f"{folder}/orders.parquet"), p.scan_parquet(f"{folder}/accounts.parquet")
    result = eval(lazy).collect(engine="streaming")
    result.write_parquet(out, compression="zstd")
