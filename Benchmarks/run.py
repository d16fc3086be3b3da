#!/usr/bin/env python3
"""Runs the benchmarks and prints their tables; `make bench` calls it.

usage: run.py FOLDER_OF_BINARIES [--runs N] [--data FOLDER] [--quick] [--events N] [--only PART…]
              [--report FOLDER]

  windowed   the main job's four features, mild and heavy skew, from files to file
  resident   the same from columns in memory to columns in memory
  fifty      fifty features, and what each further feature costs
  rows       time against rows, 1 to 50 M events; with --events up to that many, peers too
  retail     all of examples/retail_360 on a bigger shop
  allocation decisions under 11 bounds, beside numpy, and HiGHS on 20,000 customers
  wide       decisions among 1,000 actions under one budget: time and peak memory
  aggregates every aggregate over every kind of window, one entity with 1 M events and 100,000 exposures
  scoring    a softmax policy over 20 actions with six rules: candidates a second, beside numpy and Polars
  queries    group, filter, sort, first rows, join, distinct, running sums over 10 M rows, from files and
             from memory
  prompt     start to prompt, and completion where a table has 1,000 columns

Every engine runs as a process of its own, in turn within each round: quote the ratios. Times from files
to file are wall seconds of the whole process, reading and writing included. Answers are compared before
anything is printed. The report is benchmarks-figures.md and benchmarks-rows.svg.
"""
import argparse, json, os, platform, shutil, subprocess, sys, time
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path += [str(here), str(here / "windowed"), str(here / "allocation"), str(here / "queries"), str(here / "scoring")]
import duckdb, polars
import aggregates as every_aggregate, campaign, features, plot, prompt as waiting, queries as corpus, softmax, wide as many_actions
from measure import Engine, Report, best, rounds, run

PARTS = ["windowed", "resident", "fifty", "rows", "retail", "aggregates", "allocation", "wide", "scoring",
         "queries", "prompt"]
options = argparse.ArgumentParser()
options.add_argument("binaries", type=lambda p: Path(p).resolve())
options.add_argument("--runs", type=int, default=3)
options.add_argument("--data", type=lambda p: Path(p).resolve(), default=here / "data")
options.add_argument("--quick", action="store_true", help="a tenth of the rows, one round")
options.add_argument("--events", type=int, default=0, help="a further tier of this many events")
options.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
options.add_argument("--report", type=lambda p: Path(p).resolve())
options = options.parse_args()
count = 1 if options.quick else options.runs
MILLION = 100_000 if options.quick else 1_000_000
LIMIT = 900
report = Report()


class Job:
    """Data of one size and skew, a set of features, and the engines that compute them."""

    def __init__(self, events, skew, features_set):
        self.events, self.skew, self.set = events, skew, features_set
        self.columns = features.SETS[features_set]
        self.folder = options.data / f"windowed-{skew}-{events}"
        if not (self.folder / "exposures.parquet").exists():
            subprocess.run([sys.executable, here / "windowed/data.py", self.folder, str(skew), str(events), str(events // 5)], check=True)
        self.work = self.folder / f"work-{features_set}"
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "out").mkdir(parents=True)
        (self.work / "data").symlink_to(self.folder)
        (self.work / "windowed.c360").write_text(features.script(self.columns))

    @property
    def title(self):
        return f"{self.events:,} events × {self.events // 5:,} exposures × {len(self.columns)} features, skew {self.skew}"

    def c360(self, threads):
        name = f"c360, {threads} thread{'s' if threads > 1 else ''}"
        return Engine(name, [options.binaries / "c360", "run", "--quiet", "--no-cache", "--threads", str(threads), "windowed.c360"],
                      self.work / "out/result.parquet", self.work)

    def c360_cached(self):
        """Tables from `c360 cache`, in order already; making the cache is told apart."""
        start = time.perf_counter()
        subprocess.run([options.binaries / "c360", "cache", "windowed.c360"], cwd=self.work, check=True, capture_output=True)
        self.cache_seconds = time.perf_counter() - start
        return Engine("c360, 2 threads, from its cache",
                      [options.binaries / "c360", "run", "--quiet", "--threads", "2", "windowed.c360"],
                      self.work / "out/result.parquet", self.work)

    def c360_resident(self, threads):
        name = f"c360, {threads} thread{'s' if threads > 1 else ''}"
        return Engine(name, [options.binaries / "c360-resident", "windowed.c360", str(count + 1), str(threads),
                             "purchases=data/events.parquet", "moments=data/exposures.parquet"],
                      self.work / "out/result.parquet", self.work)

    def peer(self, library, form, resident=False):
        out = self.work / f"{form}.parquet"
        name = f"{'DuckDB' if library == 'duckdb' else 'Polars'} {form}"
        command = [sys.executable, here / f"peers/windowed_{library}.py", self.folder, form, self.set, out]
        return Engine(name, command + (["--resident", str(count + 1)] if resident else []), out, self.work)

    def duckdb(self, resident=False):
        # The join is the better form of a mild skew; of a heavy one the pairs explode.
        forms = ["join_mask", "window_mask"] if self.skew < 0.6 else ["window_mask"]
        return [self.peer("duckdb", form, resident) for form in forms]

    def polars(self, resident=False):
        return [self.peer("polars", "composite_key", resident)]


def ratios(engines):
    base = engines[0].median
    found = [(name, best(engines, name)) for name in ("DuckDB", "Polars")]
    words = [f"{e.median / base:.1f}× the best of {name}" for name, e in found if e]
    threads = [e for e in engines if e.name == "c360, 1 thread"]
    words += [f"2 threads {threads[0].median / base:.2f}× of 1"] if threads else []
    report.say("  " + "; ".join(words))


def windowed():
    for skew in (0.5, 0.8):
        job = Job(5 * MILLION, skew, "four")
        engines = [job.c360(2), job.c360(1), job.c360_cached(), *job.duckdb(), *job.polars()]
        rounds(engines, job.columns, count)
        report.engines(f"from files to file: {job.title}", engines)
        ratios(engines)
        report.say(f"  making the cache: {job.cache_seconds:.1f} s, once")


def resident():
    for skew in (0.5, 0.8):
        job = Job(5 * MILLION, skew, "four")
        engines = [job.c360_resident(2), job.c360_resident(1), *job.duckdb(True), *job.polars(True)]
        # One process each: it repeats the work itself.
        rounds(engines, job.columns, 1, resident=True)
        for engine in engines:
            # The first run also pays for the first touch of memory.
            engine.seconds = engine.seconds[1:]
        report.engines(f"from resident columns: {job.title}", engines)
        ratios(engines)


def fifty():
    for skew in (0.5, 0.8):
        few, many = Job(MILLION, skew, "four"), Job(MILLION, skew, "fifty")
        engines = {}
        for job in (few, many):
            engines[job.set] = [job.c360(2), *job.duckdb(), *job.polars()]
            rounds(engines[job.set], job.columns, max(1, count - 1))
        report.engines(f"from files to file: {many.title}", engines["fifty"])
        further = len(many.columns) - len(few.columns)
        costs = {}
        for name in ("c360", "DuckDB", "Polars"):
            low, high = best(engines["four"], name), best(engines["fifty"], name)
            if low and high:
                costs[name] = max(1e-6, (high.median - low.median) / further)
        rows = [[name, f"{1000 * cost:.1f}", f"{cost / costs['c360']:.1f}"] for name, cost in costs.items()]
        report.table(f"each further feature, skew {skew}", ["engine", "ms", "ratio"], rows)


def rows():
    tiers = [MILLION, 5 * MILLION, 20 * MILLION, 50 * MILLION]
    if options.events:
        tiers = sorted({t for t in tiers if t < options.events} | {options.events})
    series = {"c360": [], "DuckDB": [], "Polars": []}
    lines = []
    for events in tiers:
        job = Job(events, 0.5, "four")
        engines = [job.c360(2)]
        # Peers take minutes beyond this.
        if events <= 20 * MILLION or events == options.events:
            engines += [job.peer("duckdb", "join_mask"), *job.polars()]
        rounds(engines, job.columns, 1, limit=LIMIT, may_fail=True)
        for engine, name in zip(engines, series):
            if engine.seconds:
                series[name].append((events, engine.median))
        base = engines[0]
        cell = lambda e: e.failure or f"{e.median:.2f}"
        lines.append([f"{events:,}", cell(base), f"{1e9 * base.median / events:.0f}" if base.seconds else "",
                      *[cell(e) for e in engines[1:]], *[""] * (3 - len(engines))])
        if events > 5 * MILLION:
            shutil.rmtree(job.work, ignore_errors=True)
    report.table("time against rows: seconds from files to file, 4 features, exposures a fifth of the events, skew 0.5",
                 ["events", "c360, 2 threads", "ns an event", "DuckDB join_mask", "Polars composite_key"], lines)
    return {name: line for name, line in series.items() if line}


def retail():
    customers = MILLION // 20
    folder = options.data / f"retail-{customers}"
    made = Engine("c360 synth", [options.binaries / "c360", "synth", folder / "data", "--customers", str(customers), "--force", "--quiet"], None)
    run(made, [])
    # The bounds are those of a shop of 1,000: exploration alone would break them in a bigger one.
    script = (here.parent / "examples/retail_360/retail_360.c360").read_text()
    for small, big in (("600 GBP", f"{600 * customers // 1000} GBP"), ('"phone") <= 3 ', f'"phone") <= {3 * customers // 1000} ')):
        assert script.count(small) == 1
        script = script.replace(small, big)
    (folder / "retail_360.c360").write_text(script)
    engine = Engine("c360 run", [options.binaries / "c360", "run", "--quiet", "--no-cache", "retail_360.c360"], None, folder)
    for _ in range(count):
        run(engine, [])
    truth = json.loads((folder / "data/truth.json").read_text())["rows"]
    lines = [["shop", f"{made.median:.1f}", f"{made.mebibytes:.0f}"], ["script", f"{engine.median:.1f}", f"{engine.mebibytes:.0f}"]]
    sizes = ", ".join(f"{truth[f'{name}.parquet']:,} {name}" for name in ("orders", "clicks", "sends"))
    report.table(f"all of examples/retail_360 for {customers:,} customers: {sizes}", ["", "s", "peak MiB"], lines)


def allocation():
    """Whole processes of c360, the solving alone of its peers."""
    customers, few = MILLION, 20_000
    lines = []
    for size in (customers, few):
        folder = options.data / f"allocation-{size}"
        if not (folder / "campaign.c360").exists():
            campaign.write(folder, size)
        engine = Engine("c360", [options.binaries / "c360", "run", "--quiet", "--no-cache", "campaign.c360"], None, folder)
        peer = "allocation_numpy" if size == customers else "allocation_highs"
        seconds = []
        for _ in range(count):
            run(engine, [])
            said = subprocess.run([sys.executable, here / f"peers/{peer}.py", folder, folder / "peer.parquet"],
                                  check=True, capture_output=True, text=True).stdout
            found = json.loads(said)
            seconds.append(found["seconds"])
        proven = json.loads((folder / "campaign.manifest.json").read_text())["policies"][0]["allocation"]
        assert proven["value"] <= proven["upperBound"] and proven["relativeGap"] <= (1e-5 if size >= MILLION else 1e-3)
        if peer == "allocation_highs":
            assert abs(found["value"] - proven["upperBound"]) <= 1e-4 * abs(found["value"])
        theirs = sorted(seconds)[len(seconds) // 2]
        lines += [[f"{size:,}", "c360, files to file", f"{engine.median:.2f}", f"{proven['relativeGap']:.1e}"],
                  [f"{size:,}", f"{peer[11:]}, solving alone", f"{theirs:.2f}",
                   f"{(found['bound'] - found['value']) / found['bound']:.1e}" if "bound" in found else "0, fractional"]]
        report.say(f"  {size:,} customers: {peer[11:]} takes {theirs / engine.median:.1f}× the time of c360")
    report.table("whole decisions under 11 bounds, 4 actions", ["customers", "", "s", "gap"], lines)


def wide():
    """Values of all pairs would take 8 GB: they are computed anew at every pass."""
    folder = options.data / f"wide-{MILLION}"
    if not (folder / "campaign.c360").exists():
        many_actions.write(folder, MILLION, 1000)
    engine = Engine("c360", [options.binaries / "c360", "run", "--quiet", "--no-cache", "campaign.c360"], None, folder)
    run(engine, [])
    proven = json.loads((folder / "campaign.manifest.json").read_text())["policies"][0]["allocation"]
    assert proven["value"] <= proven["upperBound"] and proven["relativeGap"] <= 1e-5 and engine.mebibytes < 4096
    report.table(f"{MILLION:,} customers × 1,000 actions under one budget", ["passes", "s", "peak MiB", "gap"],
                 [[proven["passes"], f"{engine.median:.0f}", f"{engine.mebibytes:.0f}", f"{proven['relativeGap']:.1e}"]])


def scoring():
    """Draws differ between engines; what a decision is expected to bring does not."""
    decisions, actions = MILLION, softmax.ACTIONS
    folder = options.data / f"scoring-{decisions}"
    if not (folder / "campaign.c360").exists():
        softmax.write(folder, decisions)
    (folder / "out").mkdir(exist_ok=True)
    result = folder / "out/result.parquet"
    for resident in (False, True):
        repeat = ["--resident", str(count + 1)] if resident else []
        c360 = lambda threads: Engine(
            f"c360, {threads} thread{'s' if threads > 1 else ''}",
            [options.binaries / "c360-resident", "campaign.c360", str(count + 1), str(threads), "campaign=people.parquet"] if resident
            else [options.binaries / "c360", "run", "--quiet", "--no-cache", "--threads", str(threads), "campaign.c360"],
            result, folder)
        peer = lambda name: Engine(
            name, [sys.executable, here / f"peers/scoring_{name.lower()}.py", folder, folder / f"{name}.parquet", *repeat],
            folder / f"{name}.parquet")
        engines = [c360(2), c360(1), peer("numpy"), peer("Polars")]
        rounds(engines, ["expected_value"], 1 if resident else count, resident=resident)
        for engine in engines if resident else []:
            # The first run also pays for the first touch of memory.
            engine.seconds = engine.seconds[1:]
        way = "from columns in memory to columns in memory" if resident else "from files to file"
        report.engines(f"softmax over {actions} actions with six rules, {decisions:,} decisions, {way}", engines)
        speeds = [f"{engine.name} {decisions * actions / engine.median / 1e6:.0f}" for engine in engines]
        report.say("  million candidates a second: " + "; ".join(speeds))


def aggregates():
    header, lines, base = every_aggregate.table(options.binaries, options.data / f"aggregates-{MILLION}", MILLION, count)
    report.table(f"one entity, {MILLION:,} events × {MILLION // 10:,} exposures: ms beyond a count of everything, one thread",
                 header, lines)
    report.say(f"  the count itself: {1000 * base[False]:.0f} ms, with late events and versions {1000 * base[True]:.0f}")


def queries():
    orders = 10 * MILLION
    folder = options.data / f"queries-{orders}"
    if not (folder / "accounts.parquet").exists():
        subprocess.run([sys.executable, here / "queries/data.py", folder, str(orders)], check=True)
    for resident in (False, True):
        lines = [query(folder, place, resident) for place in range(len(corpus.QUERIES))]
        way = "from columns in memory to columns in memory" if resident else "from files to file"
        report.table(f"queries over {orders:,} orders, seconds {way}, 2 threads",
                     ["query", "c360", "DuckDB", "Polars", "by the best peer", "MiB c360", "DuckDB", "Polars"], lines)


def query(folder, place, resident):
    """One line of the table: each engine as a process of its own; resident, it repeats the query itself."""
    name, (_, _, _, columns) = list(corpus.QUERIES.items())[place]
    work = folder / f"work-{place}"
    shutil.rmtree(work, ignore_errors=True)
    (work / "out").mkdir(parents=True)
    (work / "data").symlink_to(folder)
    (work / "query.c360").write_text(corpus.script(name))
    repeat = ["--resident", str(count + 1)] if resident else []
    peer = lambda library: Engine(
        library, [sys.executable, here / "peers/query_peers.py", library, folder, name, work / f"{library}.parquet", *repeat],
        work / f"{library}.parquet", work)
    command = ([options.binaries / "c360-resident", "query.c360", str(count + 1), "2",
                "orders=data/orders.parquet", "accounts=data/accounts.parquet"] if resident else
               [options.binaries / "c360", "run", "--quiet", "--no-cache", "--threads", "2", "query.c360"])
    engines = [Engine("c360", command, work / "out/result.parquet", work), peer("duckdb"), peer("polars")]
    rounds(engines, columns, 1 if resident else count, resident=resident)
    if resident:
        # The first run also pays for the first touch of memory.
        for engine in engines:
            engine.seconds = engine.seconds[1:]
    shutil.rmtree(work, ignore_errors=True)
    fastest = min(e.median for e in engines[1:])
    return [name, *[f"{e.median:.2f}" for e in engines], f"{engines[0].median / fastest:.2f}",
            *[f"{e.mebibytes:.0f}" for e in engines]]


def prompt():
    header, lines = waiting.table(options.binaries, options.data / "prompt", count)
    report.table("waiting at the prompt, in a terminal", header, lines)


def machine():
    model = ""
    if os.path.exists("/proc/cpuinfo"):
        lines = [l for l in open("/proc/cpuinfo") if l.startswith("model name")]
        model = lines[0].split(":")[1].strip() if lines else ""
    version = subprocess.run([options.binaries / "c360", "version"], capture_output=True, text=True).stdout.strip()
    return f"{version}; DuckDB {duckdb.__version__}, Polars {polars.__version__}; {model or platform.machine()}, {os.cpu_count()} processors"


def write(series):
    options.report.mkdir(parents=True, exist_ok=True)
    text = ["# Figures of the benchmarks", "",
            "Written by `make bench` (what they say: [benchmarks.md](benchmarks.md)); how it measures is told in",
            "`Benchmarks/run.py`, the peers' forms are in `Benchmarks/peers`. All engines gave the same answers. Ratios are times of others by that of the first line.",
            "", machine(), ""] + report.markdown
    if series:
        (options.report / "benchmarks-rows.svg").write_text(plot.svg(series, "events", "seconds"))
        text += ["![time against rows](benchmarks-rows.svg)", ""]
    (options.report / "benchmarks-figures.md").write_text("\n".join(text))
    print(f"\nreport: {options.report / 'benchmarks-figures.md'}")


print(machine())
series = {}
for part in PARTS:
    if part in options.only:
        series = {"windowed": windowed, "resident": resident, "fifty": fifty, "rows": rows, "retail": retail,
                  "aggregates": aggregates, "allocation": allocation, "wide": wide, "scoring": scoring, "queries": queries, "prompt": prompt}[part]() or series
if options.report:
    write(series)
