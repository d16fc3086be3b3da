#!/usr/bin/env python3
"""Scores of imported trees beside their makers', one thread each, in one run: `models.py FOLDER_OF_BINARIES`.

A model of 100 or 500 trees of depth 6 (63 leaves) over so many columns of float32-like numbers, a tenth of them
missing. c360 reads a Parquet file, scores and writes one; what it takes with the model minus what it takes with a
sum of the same columns in its place is its time. The makers predict from a matrix in memory, and from float64, which
is what they are given in practice. Answers are compared first.
"""
import argparse, os, statistics, subprocess, sys, tempfile, time
from pathlib import Path

import lightgbm, numpy as np, pyarrow as pa, pyarrow.parquet as pq, xgboost

options = argparse.ArgumentParser()
options.add_argument("binaries", type=lambda p: Path(p).resolve())
options.add_argument("--rows", type=int, default=1_000_000)
options.add_argument("--columns", type=int, nargs="+", default=[20, 50])
options.add_argument("--trees", type=int, nargs="+", default=[100, 500])
options.add_argument("--runs", type=int, default=3)
options = options.parse_args()


def timed(action):
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def c360(folder, score):
    (folder / "m.c360").write_text("\n".join([
        "edition 2026", "entity person", 'exposure moments of person from "rows.parquet" {', "n: int",
        "who: int @key", "ts: time @time", *[f"x{k}: float?" for k in range(columns)], "keep all", "}",
        f"score s = {score}", 'output result = moments | select n, s to "out.parquet"', ""]))
    command = [options.binaries / "c360", "run", "--quiet", "--no-cache", "--threads", "1", "m.c360"]
    seconds, _ = timed(lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True))
    return seconds, pq.read_table(folder / "out.parquet").sort_by("n")["s"].to_numpy()


print(f"xgboost {xgboost.__version__}, lightgbm {lightgbm.__version__}, {options.rows:,} rows, one thread")
for columns in options.columns:
    draw = np.random.default_rng(columns)
    table = draw.normal(size=(options.rows, columns))
    table[draw.random(table.shape) < 0.1] = np.nan
    label = (np.nan_to_num(table[:, :5]).sum(1) + draw.normal(size=len(table)) > 0).astype(float)
    names = [f"x{k}" for k in range(columns)]
    sample = slice(0, min(100_000, options.rows))
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        stamps = pa.array(np.zeros(len(table), np.int64), pa.timestamp("us", "UTC"))
        data = {"n": np.arange(len(table)), "who": np.arange(len(table)), "ts": stamps}
        data |= {name: pa.array(table[:, k], from_pandas=True) for k, name in enumerate(names)}
        pq.write_table(pa.table(data), folder / "rows.parquet")
        inputs = ", ".join(f"moments.{name}" for name in names)
        bare = " + ".join(f"(moments.{name} ?? 0.0)" for name in names)
        for trees in options.trees:
            booster = xgboost.train(dict(objective="binary:logistic", max_depth=6, nthread=os.cpu_count()),
                                    xgboost.DMatrix(table[sample], label=label[sample], feature_names=names), trees)
            booster.save_model(folder / "m.json")
            booster.set_param({"nthread": 1})
            forest = lightgbm.train(dict(objective="binary", num_leaves=63, max_depth=6, verbose=-1),
                                    lightgbm.Dataset(table[sample], label=label[sample], feature_name=names), trees)
            forest.save_model(folder / "m.txt")
            peers = {
                "xgboost": (f'xgboost("m.json", [{inputs}])',
                            lambda: booster.inplace_predict(table)),
                "lightgbm": (f'lightgbm("m.txt", [{inputs}])', lambda: forest.predict(table, num_threads=1)),
            }
            for maker, (score, predict) in peers.items():
                ours, plain, theirs = [], [], []
                for _ in range(options.runs):
                    plain.append(c360(folder, bare)[0])
                    seconds, found = c360(folder, score)
                    ours.append(seconds)
                    seconds, wanted = timed(predict)
                    theirs.append(seconds)
                worst = np.max(np.abs(found - wanted))
                if worst > 1e-6:
                    sys.exit(f"c360 and {maker} differ by {worst}")
                mine = statistics.median(ours) - statistics.median(plain)
                peer = statistics.median(theirs)
                print(f"{columns} columns, {trees} trees, {maker}: c360 {mine:.2f} s (whole process {statistics.median(ours):.2f} s), "
                      f"{maker} {peer:.2f} s, ratio {peer / mine:.1f}", flush=True)
