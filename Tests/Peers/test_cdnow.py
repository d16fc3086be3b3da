"""Every windowed feature of the CDNOW data, for every customer and Monday, against DuckDB.

The SQL below is written from the rules (docs/language.md), not from the engine: each window is a
join of moments and orders with its two ends spelled out.
"""
import math
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = Path(os.environ.get("C360_BINARY", ROOT / ".build/release/c360"))
DATA = ROOT / "examples/winback/data/transactions.parquet"

# A bare date counts as the last microsecond of its local day.
SETUP = f"""
SET TimeZone = 'America/New_York'; SET threads = 2; SET memory_limit = '10GB';
CREATE TABLE orders AS
  SELECT customer_id AS c, epoch_us((date + INTERVAL 1 DAY)::TIMESTAMPTZ) - 1 AS t, date, n_cds, amount_usd AS a
  FROM '{DATA}';
CREATE TABLE moments AS
  SELECT c, epoch_us(m) AS t, m FROM (
    SELECT DISTINCT c, min(t) OVER (PARTITION BY c) AS seen FROM orders),
    (SELECT unnest(generate_series(TIMESTAMPTZ '1997-03-31 00:00:00', TIMESTAMPTZ '1998-06-22 00:00:00', INTERVAL 7 DAY)) AS m)
  WHERE seen < epoch_us(m);
"""
DAY = 86_400 * 1_000_000
THROUGH = "(SELECT epoch_us(TIMESTAMPTZ '1998-07-01 00:00:00') - 1)"


def windowed(value, since, until="x.t", strict=True):
    """`value` over orders with since <= t < until, a null row where there is none."""
    upper = "<" if strict else "<="
    lower = ">=" if strict else ">"
    return f"""(SELECT x.c, x.t, {value} AS v FROM moments x LEFT JOIN orders e
      ON e.c = x.c AND e.t {upper} {until} AND e.t {lower} {since} GROUP BY x.c, x.t)"""


EVER = "-9000000000000000000"
DAYS = lambda n: f"x.t - {n * DAY}"
DECAY = lambda half: f"pow(2.0, -(x.t - e.t) / ({half} * {DAY}.0))"
FEATURES = {
    "n_all": windowed("count(e.t)", EVER),
    "n_28d": windowed("count(e.t)", DAYS(28)),
    "n_lag": windowed("count(e.t)", DAYS(35), DAYS(7)),
    "n_month": windowed("count(e.t)", "epoch_us(x.m - INTERVAL 1 MONTH)").replace("GROUP BY", "GROUP BY x.m,"),
    "n_cal": windowed("count(e.t)", "epoch_us(date_trunc('month', x.m))").replace("GROUP BY", "GROUP BY x.m,"),
    "big": windowed("count(e.t) FILTER (e.a > 30)", DAYS(90)),
    "any_28d": windowed("count(e.t) > 0", DAYS(28)),
    "all_big": windowed("coalesce(bool_and(e.a > 10), true)", DAYS(90)),
    "cds_sum": windowed("coalesce(sum(e.n_cds), 0)", DAYS(180)),
    "spend_all": windowed("coalesce(fsum(e.a), 0)", EVER),
    "spend_90d": windowed("coalesce(fsum(e.a), 0)", DAYS(90)),
    "mean_90d": windowed("favg(e.a)", DAYS(90)),
    "smallest": windowed("min(e.a)", DAYS(365)),
    "biggest": windowed("max(e.a)", DAYS(365)),
    "cds_kinds": windowed("count(DISTINCT e.n_cds)", DAYS(365)),
    "recency": windowed("x.t - max(e.t)", EVER),
    "since_1st": windowed("x.t - min(e.t)", EVER),
    "big_share": windowed("count(e.t) FILTER (e.a > 30) / nullif(count(e.t), 0)", DAYS(365)),
    "per_cd": windowed("fsum(e.a) / nullif(sum(e.n_cds), 0)", DAYS(365)),
    "spread": windowed("var_samp(e.a)", DAYS(365)),
    "spread_p": windowed("stddev_pop(e.a)", DAYS(365)),
    "warmth": windowed(f"coalesce(sum({DECAY(30)}) FILTER (e.t IS NOT NULL), 0)", EVER),
    "warm_90": windowed(f"coalesce(sum(e.a * {DECAY(14)}), 0)", DAYS(90)),
    "warm_mean": windowed(f"sum(e.a * {DECAY(14)}) / sum({DECAY(14)})", DAYS(180)),
    "mean_5": """(SELECT c, t, favg(a) AS v FROM (
        SELECT x.c, x.t, e.a, row_number() OVER (PARTITION BY x.c, x.t ORDER BY e.t DESC, e.n_cds DESC, e.a DESC) AS r
        FROM moments x LEFT JOIN orders e ON e.c = x.c AND e.t < x.t) WHERE r <= 5 GROUP BY c, t)""",
    "cds_mode": """(SELECT c, t, n_cds AS v FROM (
        SELECT *, row_number() OVER (PARTITION BY c, t ORDER BY n DESC, n_cds) AS r FROM (
          SELECT x.c, x.t, e.n_cds, count(e.t) AS n FROM moments x LEFT JOIN orders e
            ON e.c = x.c AND e.t < x.t AND e.t >= x.t - 365 * 86400000000::BIGINT GROUP BY x.c, x.t, e.n_cds)) WHERE r = 1)""",
    "returned": f"(SELECT c, t, CASE WHEN t + {28 * DAY} <= {THROUGH} THEN v END AS v FROM "
                + windowed("count(e.t) > 0", "x.t", f"x.t + {28 * DAY}", strict=False) + ")",
    "revenue": f"(SELECT c, t, CASE WHEN t + {28 * DAY} <= {THROUGH} THEN v END AS v FROM "
               + windowed("coalesce(fsum(e.a), 0)", "x.t", f"x.t + {28 * DAY}", strict=False) + ")",
    "later": f"(SELECT c, t, CASE WHEN t + {35 * DAY} <= {THROUGH} THEN v END AS v FROM "
             + windowed("count(e.t)", f"x.t + {7 * DAY}", f"x.t + {35 * DAY}", strict=False) + ")",
}
EXACT_TYPES = {"BIGINT", "HUGEINT", "BOOLEAN", "INTEGER"}


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cdnow")
    script = folder / "Tests/Peers/cdnow_features.c360"
    script.parent.mkdir(parents=True)
    shutil.copy(HERE / "cdnow_features.c360", script)
    (folder / "examples").symlink_to(ROOT / "examples")
    run = subprocess.run([BINARY, "run", script.name], cwd=script.parent, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    connection = duckdb.connect()
    connection.execute(SETUP)
    result = script.parent / "out/cdnow.parquet"
    connection.execute(f"""CREATE TABLE ours AS SELECT *, customer AS c, epoch_us("at") AS t FROM '{result}'""")
    return connection, run


def test_the_file_is_reproduced(peer):
    _, run = peer
    assert "69659" in run.stdout.replace(",", "") and "2500315.63" in run.stdout.replace(",", "")


def test_moments_are_the_same(peer):
    connection, _ = peer
    difference = connection.execute(
        'SELECT count(*) FROM ours FULL JOIN moments USING (c, t) WHERE ours."at" IS NULL OR moments.m IS NULL').fetchone()
    assert difference == (0,)


@pytest.mark.parametrize("feature", list(FEATURES))
def test_feature(peer, feature):
    connection, _ = peer
    column = f'o."{feature}"'
    theirs = FEATURES[feature]
    kind = connection.execute(f"SELECT typeof(v) FROM {theirs} LIMIT 1").fetchone()[0]
    if kind in EXACT_TYPES:
        differs = f"{column} IS DISTINCT FROM p.v"
    else:
        differs = (f"({column} IS NULL) <> (p.v IS NULL) OR "
                   f"abs({column} - p.v) > 1e-9 * greatest(1.0, abs(p.v))")
    rows = connection.execute(
        f"""SELECT o.c, o."at", {column}, p.v FROM ours o JOIN {theirs} p USING (c, t) WHERE {differs} LIMIT 5""").fetchall()
    assert rows == []


def test_kept_rows(peer):
    connection, _ = peer
    ours = connection.execute("SELECT c, t, kept FROM ours ORDER BY c, t").fetchall()
    customer, last = None, None
    for c, t, kept in ours:
        if c != customer:
            customer, last = c, -math.inf
        expected = t - last >= 28 * DAY
        assert kept == expected, (c, t)
        if expected:
            last = t
