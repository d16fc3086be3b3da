#!/usr/bin/env python3
"""Runs the benchmarks and prints one table each; `make bench` calls it.

usage: run.py C360_BINARY [--runs N] [--folder DATA] [--quick]
Every engine runs as a process of its own, in turn within each round, so that a machine whose speed
drifts treats all alike: quote the ratios. Times are wall seconds of the whole process, reading and
writing included; memory is its peak resident size. Answers are compared before anything is printed.
"""
import argparse, os, random, shutil, statistics, subprocess, sys, time
from pathlib import Path
import pyarrow.compute as pc, pyarrow.parquet as pq

here = Path(__file__).resolve().parent
options = argparse.ArgumentParser()
options.add_argument("binary")
options.add_argument("--runs", type=int, default=5)
options.add_argument("--folder", default=str(here / "data"))
options.add_argument("--quick", action="store_true", help="a tenth of the rows, two rounds")
options = options.parse_args()
binary = str(Path(options.binary).resolve())
rounds = 2 if options.quick else options.runs
size = (500_000, 100_000) if options.quick else (5_000_000, 1_000_000)


def measure(command, cwd=None):
    """Wall seconds and peak MiB of a command; stops the whole run when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={**os.environ, "POLARS_MAX_THREADS": "2"})
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{output.decode(errors='replace')}")
    return seconds, usage.ru_maxrss / 1024


def answer(path):
    """Check figures of a result: exact counts, sums to the cent, gaps."""
    t = pq.read_table(path)
    gap = t["gap"].cast("int64")
    return (t.num_rows, pc.sum(t["n7"]).as_py(), round(pc.sum(t["s30"]).as_py()), pc.sum(t["d90"]).as_py(),
            pc.sum(gap.cast("float64")).as_py(), gap.null_count)


def windowed(skew):
    folder = Path(options.folder) / f"windowed-{skew}-{size[0]}"
    if not (folder / "exposures.parquet").exists():
        subprocess.run([sys.executable, str(here / "windowed/data.py"), str(folder), str(skew), *map(str, size)], check=True)
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    (work / "out").mkdir(parents=True)
    (work / "data").symlink_to(folder)
    shutil.copy(here / "windowed/windowed.c360", work)
    peer = lambda name, form: [sys.executable, str(here / f"peers/windowed_{name}.py"), str(folder), form, str(work / f"{form}.parquet")]
    engines = {
        "c360, 2 threads": ([binary, "run", "--quiet", "--threads", "2", "windowed.c360"], work / "out/result.parquet"),
        "c360, 1 thread": ([binary, "run", "--quiet", "--threads", "1", "windowed.c360"], work / "out/result.parquet"),
        "DuckDB join_mask": (peer("duckdb", "join_mask"), work / "join_mask.parquet"),
        "DuckDB window_mask": (peer("duckdb", "window_mask"), work / "window_mask.parquet"),
        "Polars composite_key": (peer("polars", "composite_key"), work / "composite_key.parquet"),
    }
    figures = {name: [] for name in engines}
    answers = {}
    for turn in range(rounds):
        # Who follows a big process pays for first touches of memory that went back: nobody always does.
        order = list(engines.items())
        random.Random(turn).shuffle(order)
        for name, (command, result) in order:
            figures[name].append(measure(command, cwd=work))
            answers[name] = answer(result)
    if len(set(answers.values())) != 1:
        sys.exit("the engines disagree:\n" + "\n".join(f"  {n}: {a}" for n, a in answers.items()))
    base = statistics.median(s for s, _ in figures["c360, 2 threads"])
    print(f"\nwindowed features, files to file: {size[0]:,} events x {size[1]:,} exposures x 4 features, skew {skew}")
    print(f"  {'engine':24}{'median s':>10}{'min s':>8}{'max s':>8}{'peak MiB':>10}{'ratio':>8}")
    for name, runs in figures.items():
        seconds = [s for s, _ in runs]
        median = statistics.median(seconds)
        print(f"  {name:24}{median:10.3f}{min(seconds):8.3f}{max(seconds):8.3f}{max(m for _, m in runs):10.0f}{median / base:8.2f}")


for skew in (0.5, 0.8):
    windowed(skew)
