#!/usr/bin/env python3
"""Makes impressions.parquet and items.csv from the small Open Bandit data in the PyPI package obp 0.5.7.

usage: prepare.py [FOLDER]      needs: pip, pyarrow
impressions: 10,000 impressions of the uniformly random logger, campaign `all`. A segment is the
combination of the four hashed user features, the finest unit of identity that the data has.
"""
import csv, datetime, hashlib, io, subprocess, sys, tarfile, tempfile
from pathlib import Path
import pyarrow as pa, pyarrow.parquet as pq

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
with tempfile.TemporaryDirectory() as temporary:
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "obp",
                    "--ignore-requires-python", "-d", temporary, "obp==0.5.7"], check=True)
    archive = tarfile.open(next(Path(temporary).glob("obp-*.tar.gz")))
    read = lambda name: archive.extractfile(f"obp-0.5.7/obp/dataset/obd/random/all/{name}").read().decode()
    events = list(csv.DictReader(io.StringIO(read("all.csv"))))
    items = list(csv.DictReader(io.StringIO(read("item_context.csv"))))

micros = lambda text: int(datetime.datetime.fromisoformat(text).timestamp() * 1_000_000 + 0.5)
segment = lambda r: hashlib.sha256("|".join(r[f"user_feature_{i}"] for i in range(4)).encode()).hexdigest()[:12]
table = pa.table({
    "segment": [segment(r) for r in events],
    "shown_at": pa.array([micros(r["timestamp"]) for r in events], pa.timestamp("us", "UTC")),
    "item_id": pa.array([int(r["item_id"]) for r in events], pa.int64()),
    "position": pa.array([int(r["position"]) for r in events], pa.int64()),
    "click": pa.array([r["click"] == "1" for r in events], pa.bool_()),
    "propensity": pa.array([float(r["propensity_score"]) for r in events], pa.float64()),
})
pq.write_table(table, folder / "impressions.parquet", compression="zstd")
with open(folder / "items.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["item_id", "price_index", "brand", "category"])
    for r in sorted(items, key=lambda r: int(r["item_id"])):
        writer.writerow([r["item_id"], r["item_feature_0"], r["item_feature_1"][:8], r["item_feature_2"][:8]])
print(f"{table.num_rows} impressions, {len(items)} items, {sum(table['click'].to_pylist())} clicks")
