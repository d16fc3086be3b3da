#!/usr/bin/env python3
"""Makes transactions.parquet from the CDNOW data in the PyPI package lifetimes 0.11.3.

usage: prepare.py [OUT]      needs: pip, pyarrow
Columns: customer_id int64, date date32, n_cds int64, amount_usd float64; 69,659 rows.
"""
import datetime, io, subprocess, sys, tempfile, zipfile
from pathlib import Path
import pyarrow as pa, pyarrow.parquet as pq

out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "transactions.parquet")
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "lifetimes==0.11.3"], check=True)
    wheel = next(Path(folder).glob("*ifetimes-*.whl"))
    text = zipfile.ZipFile(wheel).read("lifetimes/datasets/CDNOW_master.txt").decode()
rows = [line.split() for line in io.StringIO(text) if line.strip()][1:]
table = pa.table({
    "customer_id": pa.array([int(r[0]) for r in rows], pa.int64()),
    "date": pa.array([datetime.date(int(r[1][:4]), int(r[1][4:6]), int(r[1][6:])) for r in rows], pa.date32()),
    "n_cds": pa.array([int(r[2]) for r in rows], pa.int64()),
    "amount_usd": pa.array([float(r[3]) for r in rows], pa.float64()),
})
pq.write_table(table, out, compression="zstd")
print(f"{out}: {table.num_rows} rows, total {sum(table['amount_usd'].to_pylist()):.2f}")
