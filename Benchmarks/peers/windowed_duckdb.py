#!/usr/bin/env python3
"""The windowed-feature benchmark in DuckDB, from files to file: the best two forms known.

usage: windowed_duckdb.py FOLDER FORM OUT     FORM: join_mask | window_mask
Every event strictly before the exposure: n7 count over [t-7d, t), s30 sum over [t-30d, t),
d90 distinct categories over [t-90d, t), gap µs since the last event (null when there is none).
The 50 categories fit one 64-bit mask, which is what makes the distinct count cheap.
"""
import sys
import duckdb

folder, form, out = sys.argv[1:4]
DAY = 86400 * 1_000_000
connection = duckdb.connect()
connection.execute("SET threads=2; SET memory_limit='12GB'; SET preserve_insertion_order=false;")
events = f"(SELECT customer, epoch_us(ts) AS t, amount, category FROM '{folder}/events.parquet')"
moments = f"(SELECT xid, customer, epoch_us(ts) AS t FROM '{folder}/exposures.parquet')"

JOIN_MASK = f"""
WITH ev AS MATERIALIZED {events}, ex AS MATERIALIZED {moments},
w AS (
  SELECT x.xid,
    count(e.t) FILTER (e.t >= x.t - 7*{DAY}) AS n7,
    sum(e.amount) FILTER (e.t >= x.t - 30*{DAY}) AS s30,
    bit_count(bit_or(1::UBIGINT << e.category::INT)) AS d90
  FROM ex x JOIN ev e ON e.customer = x.customer AND e.t < x.t AND e.t >= x.t - 90*{DAY}
  GROUP BY x.xid)
SELECT x.xid, coalesce(w.n7, 0) AS n7, coalesce(w.s30, 0) AS s30, coalesce(w.d90, 0) AS d90, x.t - l.t AS gap
FROM ex x LEFT JOIN w USING (xid)
ASOF LEFT JOIN ev l ON l.customer = x.customer AND x.t > l.t"""

WINDOW_MASK = f"""
WITH u AS (
  SELECT customer, t, amount, category, NULL::BIGINT AS xid FROM {events}
  UNION ALL SELECT customer, t, NULL, NULL, xid FROM {moments}),
w AS (
  SELECT xid, t,
    count(category) OVER (p RANGE BETWEEN 7*{DAY} PRECEDING AND 1 PRECEDING) AS n7,
    sum(amount) OVER (p RANGE BETWEEN 30*{DAY} PRECEDING AND 1 PRECEDING) AS s30,
    bit_count(coalesce(bit_or(CASE WHEN category IS NOT NULL THEN 1::UBIGINT << category::INT END)
      OVER (p RANGE BETWEEN 90*{DAY} PRECEDING AND 1 PRECEDING), 0)) AS d90,
    max(CASE WHEN category IS NOT NULL THEN t END)
      OVER (p RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last
  FROM u WINDOW p AS (PARTITION BY customer ORDER BY t))
SELECT xid, n7, coalesce(s30, 0) AS s30, d90, t - last AS gap FROM w WHERE xid IS NOT NULL"""

query = {"join_mask": JOIN_MASK, "window_mask": WINDOW_MASK}[form]
connection.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
