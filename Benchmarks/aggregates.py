"""Every aggregate over every kind of window, for one huge entity; run.py calls it.

One entity, a tenth as many exposures as events, times spread over two years. `on time`: each event is known when it happens.
`late`: a nightly load, one event in fifty after up to 90 days, and each event in twenty comes again as a
newer version. Each feature is a run of its own from columns in memory; the time of a `count` over
everything, which is that of clustering, is taken away.
"""
import subprocess
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

DAY = 86_400_000_000
START = 1_704_067_200_000_000
AGGREGATES = {
    "count": "count(e)", "sum": "sum(e.x)", "sum of integers": "sum(e.n)", "mean": "mean(e.x)",
    "ratio": "ratio(e.x, e.n)", "share": "share(e where n > 3)", "any": "any(e where n > 8)",
    "variance": "var(e.x)", "min": "min(e.x)", "max": "max(e.x)", "first": "first(e.x)",
    "last": "last(e.x)", "nth": "nth(e.x, -5)", "list": "list(e.label, 5)",
    "distinct": "distinct(e.label)", "approx_distinct": "approx_distinct(e.n)", "mode": "mode(e.label)",
    "top": "top(e.label, 3)", "entropy": "entropy(e.label)",
    "histogram": "histogram(e.x, bounds: [10, 20, 40])", "median": "median(e.x)",
    "quantile": "quantile(e.x, 0.9)", "slope": "slope(e.x)", "ewma": "ewma(e.x, alpha: 0.2)",
    "decayed_sum": "decayed_sum(e.x, half_life: 14d)", "decayed_count": "decayed_count(e, half_life: 1h)",
    "decayed_mean": "decayed_mean(e.x, half_life: 14d)", "mean_gap": "mean_gap(e)",
    "median_gap": "median_gap(e)", "max_gap": "max_gap(e)", "stddev_gap": "stddev_gap(e)",
    "streak": "streak(e where n > 1)", "fold": "fold(e, from: 0.0, step: acc * 0.5 + x)",
}
WINDOWS = {"all": "over all", "60d": "over 60d", "last 100": "over last 100", "session": "over session(10m)",
           "month": "over calendar 1mo"}


def data(folder, events):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(360)
    exposures = events // 10
    stamp = lambda times: pa.array(times, pa.timestamp("us"))
    at = np.sort(random.integers(0, 730 * 86_400, events)) * 1_000_000 + START
    ids = np.arange(events)
    known = (at // DAY + 1) * DAY
    slow = random.random(events) < 0.02
    known[slow] += random.integers(0, 90, slow.sum()) * DAY
    # Newer versions of some events take the place of others.
    again = np.flatnonzero(random.random(events) < 0.05)
    again = again[again > 0]
    ids[again] = again - 1
    table = {"customer": np.ones(events, np.int64), "x": np.round(random.lognormal(3.0, 1.0, events), 2),
             "n": random.integers(0, 10, events), "label": np.char.add("l", random.integers(0, 50, events).astype(str)),
             "ts": stamp(at), "known": stamp(known), "id": ids}
    pq.write_table(pa.table(table), folder / "events.parquet")
    times = np.sort(random.integers(0, 730 * 86_400, exposures)) * 1_000_000 + START + 1
    pq.write_table(pa.table({"customer": np.ones(exposures, np.int64), "ts": stamp(times)}), folder / "exposures.parquet")


def script(feature, late):
    roles = ("  id: int @id\n  known: time @known\n", "") if late else ("", "")
    return ('edition 2026\nmodule benchmarks.aggregates\nentity customer\n'
            'events e of customer from "events.parquet" {\n  customer: int @key\n  ts: time @time\n'
            f'  x: float\n  n: int\n  label: text\n{roles[0]}}}\n'
            'exposure moments of customer from "exposures.parquet" {\n  customer: int @key\n  ts: time @time\n  keep all\n}\n'
            f'feature f = {feature}\noutput result = moments | select f to "out.parquet"\n')


def measure(folder, binaries, feature, late, runs, limit):
    """Seconds, the least of some runs; a word where there are none."""
    (folder / "one.c360").write_text(script(feature, late))
    command = [binaries / "c360-resident", "one.c360", str(runs), "1", "e=events.parquet", "moments=exposures.parquet"]
    try:
        done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"over {limit} s"
    if done.returncode:
        raise SystemExit(f"{feature}:\n{done.stdout}{done.stderr}")
    return min(float(line) for line in done.stdout.split())


def table(binaries, folder, events, runs, limit=60):
    """Header and rows of the report: milliseconds by aggregate and window."""
    data(folder, events)
    rows, base = [], {}
    for late in (False, True):
        times = [measure(folder, binaries, "count(e) over all", late, runs, limit) for _ in range(2)]
        base[late] = min(times)
    for name, call in AGGREGATES.items():
        row = [name]
        for late in (False, True):
            for window in WINDOWS.values():
                found = measure(folder, binaries, f"{call} {window}", late, runs, limit)
                row.append(found if isinstance(found, str) else f"{1000 * max(0, found - base[late]):.0f}")
        print("  " + "  ".join(str(c).rjust(8) for c in row), flush=True)
        rows.append(row)
    header = ["ms"] + list(WINDOWS) + [f"{w}, late" for w in WINDOWS]
    return header, rows, base
