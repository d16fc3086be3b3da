#!/usr/bin/env python3
"""The windowed features in DuckDB, in the best two forms known.

usage: windowed_duckdb.py FOLDER FORM SET OUT [--resident RUNS]
FORM join_mask: one range join of the longest window, aggregates with FILTER.
FORM window_mask: events and exposures as one table, RANGE frames that end 1 µs before the row.
SET four | fifty (see windowed/features.py). Every event strictly before the exposure; the 50
categories fit one 64-bit mask, which is what makes distinct counts cheap. From files to file, unless
--resident: then the tables are loaded first, the query runs RUNS times into a table, the seconds of
each run are printed, and OUT is written in the end.
"""
import sys, time
from pathlib import Path
import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "windowed"))
import features

folder, form, names, out = sys.argv[1:5]
names = features.SETS[names]
runs = int(sys.argv[6]) if len(sys.argv) > 6 else 0
DAY = 86400 * 1_000_000
connection = duckdb.connect()
connection.execute("SET threads=2; SET memory_limit='12GB'; SET preserve_insertion_order=false;")
connection.execute(f"SET temp_directory='{out}.spill'")
events = f"(SELECT customer, epoch_us(ts) AS t, amount, category FROM '{folder}/events.parquet')"
moments = f"(SELECT xid, customer, epoch_us(ts) AS t FROM '{folder}/exposures.parquet')"
if runs:
    connection.execute(f"CREATE TABLE loaded_events AS FROM {events}")
    connection.execute(f"CREATE TABLE loaded_moments AS FROM {moments}")
    events, moments = "loaded_events", "loaded_moments"
MASK = "1::UBIGINT << category::INT"
WHOLE = {"n": "count({x})", "s": "sum({a})", "m": "avg({a})", "lo": "min({a})", "hi": "max({a})"}
parts = [(name, *features.split(name)) for name in names]


def joined():
    longest = max(days for _, _, days in parts if days)
    columns, picked = [], []
    for name, kind, days in parts:
        if kind == "gap" or not days:
            continue
        within = f"FILTER (e.t >= x.t - {days}*{DAY})" if days < longest else ""
        value = (f"bit_count(bit_or(1::UBIGINT << e.category::INT) {within})" if kind == "d"
                 else f"{WHOLE[kind].format(x='e.t', a='e.amount')} {within}")
        columns.append(f"{value} AS {name}")
    for name, kind, days in parts:
        if kind == "gap":
            picked.append("x.t - l.t AS gap")
        elif not days:
            picked.append("coalesce(l.number, 0) AS n_all")
        else:
            picked.append(f"coalesce(w.{name}, 0) AS {name}" if kind in "nsd" else f"w.{name}")
    # Positions only where the count of all is asked for.
    number = ", row_number() OVER (PARTITION BY customer ORDER BY t) AS number" if "n_all" in names else ""
    last = f"(SELECT customer, t{number} FROM ev)"
    return f"""
WITH ev AS MATERIALIZED (FROM {events}), ex AS MATERIALIZED (FROM {moments}),
w AS (SELECT x.xid, {", ".join(columns)}
  FROM ex x JOIN ev e ON e.customer = x.customer AND e.t < x.t AND e.t >= x.t - {longest}*{DAY}
  GROUP BY x.xid)
SELECT x.xid, {", ".join(picked)}
FROM ex x LEFT JOIN w USING (xid)
ASOF LEFT JOIN {last} l ON l.customer = x.customer AND x.t > l.t"""


def windowed():
    columns, picked, frames = [], [], {}
    for name, kind, days in parts:
        frame = f"w{days}" if days else "w_all"
        frames[frame] = f"{days}*{DAY}" if days else "UNBOUNDED"
        if kind == "gap":
            columns.append(f"max(CASE WHEN category IS NOT NULL THEN t END) OVER {frame} AS last")
            picked.append("t - last AS gap")
        elif kind == "d":
            columns.append(f"bit_count(coalesce(bit_or(CASE WHEN category IS NOT NULL THEN {MASK} END) OVER {frame}, 0)) AS {name}")
            picked.append(name)
        else:
            columns.append(f"{WHOLE[kind].format(x='category', a='amount')} OVER {frame} AS {name}")
            picked.append(f"coalesce({name}, 0) AS {name}" if kind == "s" else name)
    named = ", ".join(
        f"{frame} AS (PARTITION BY customer ORDER BY t RANGE BETWEEN {width} PRECEDING AND 1 PRECEDING)"
        for frame, width in frames.items())
    return f"""
WITH u AS (
  SELECT customer, t, amount, category, NULL::BIGINT AS xid FROM {events}
  UNION ALL SELECT customer, t, NULL, NULL, xid FROM {moments}),
w AS (SELECT xid, t, {", ".join(columns)} FROM u WINDOW {named})
SELECT xid, {", ".join(picked)} FROM w WHERE xid IS NOT NULL"""


query = {"join_mask": joined, "window_mask": windowed}[form]()
for _ in range(runs):
    start = time.perf_counter()
    connection.execute(f"CREATE OR REPLACE TABLE result AS {query}")
    print(time.perf_counter() - start, flush=True)
source = "FROM result" if runs else query
connection.execute(f"COPY ({source}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
