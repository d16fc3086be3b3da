"""Runs processes, compares what they answered, lays out tables."""
import os, random, signal, statistics, subprocess, sys, tempfile
from dataclasses import dataclass, field
from pathlib import Path
import pyarrow.compute as pc, pyarrow.parquet as pq

LAUNCH = Path(__file__).resolve().parent / "launch.py"


@dataclass
class Engine:
    """A way to compute the result: a command, where it writes, what it measured."""
    name: str
    command: list
    result: object
    cwd: object = None
    seconds: list = field(default_factory=list)
    mebibytes: float = 0
    answer: dict = None
    failure: str = None

    @property
    def median(self):
        return statistics.median(self.seconds)


def run(engine, columns, resident=False, limit=None, may_fail=False):
    """One process: its wall seconds (or, of `resident` ones, those it prints), peak memory, answer."""
    with tempfile.NamedTemporaryFile(mode="r") as record:
        launch = [sys.executable, "-S", "-E", LAUNCH, record.name, str(limit or 0)]
        text = subprocess.run(launch + list(map(str, engine.command)), cwd=engine.cwd, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={**os.environ, "POLARS_MAX_THREADS": "2"},
                              check=True).stdout.decode(errors="replace")
        seconds, peak, status, late = record.read().split()
    seconds, status = float(seconds), int(status)
    if status != 0:
        if not may_fail:
            sys.exit(f"{' '.join(map(str, engine.command))} failed:\n{text}")
        killed = status == -signal.SIGKILL
        engine.failure = (f"over {limit} s" if int(late) else "out of memory" if killed
                          else (text.strip().splitlines() or ["failed"])[-1][:80])
        return
    engine.mebibytes = max(engine.mebibytes, int(peak) / 1024)
    engine.seconds += [float(line) for line in text.split()] if resident else [seconds]
    engine.answer = answer(engine.result, columns) if columns else None


def answer(path, columns):
    """Rows, and of each column its nulls and its sum."""
    file = pq.ParquetFile(path)
    sums = {name: [0, 0.0] for name in columns}
    for group in range(file.num_row_groups):
        table = file.read_row_group(group, columns=columns)
        for name in columns:
            values = table[name]
            sums[name][0] += values.null_count
            values = values.cast("int64") if name == "gap" else values
            sums[name][1] += pc.sum(values.cast("float64")).as_py() or 0
    return {"rows": file.metadata.num_rows, **sums}


def compare(engines):
    """Stops the run unless every engine that finished answered as the first does."""
    finished = [e for e in engines if e.answer]
    for other in finished[1:]:
        for name, value in finished[0].answer.items():
            found = other.answer[name]
            same = value == found if name == "rows" else (
                value[0] == found[0] and abs(value[1] - found[1]) <= 1e-6 * max(1, abs(value[1])))
            if not same:
                sys.exit(f"{finished[0].name} and {other.name} disagree on {name}: {value} and {found}")


def rounds(engines, columns, count, **options):
    """Every engine in turn, in an order that changes: who follows a big process pays for first touches
    of memory that went back, and a machine whose speed drifts treats all alike."""
    for turn in range(count):
        order = [e for e in engines if not e.failure]
        random.Random(turn).shuffle(order)
        for engine in order:
            run(engine, columns, **options)
    compare(engines)


class Report:
    """Tables, printed as they come and kept as Markdown."""

    def __init__(self):
        self.markdown = []

    def say(self, text):
        print(text, flush=True)
        self.markdown += [text.strip(), ""]

    def table(self, title, header, rows):
        cells = [header] + [[str(c) for c in row] for row in rows]
        widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
        print(f"\n{title}")
        for row in cells:
            print("  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))))
        sys.stdout.flush()
        self.markdown += [f"### {title[0].upper()}{title[1:]}", ""]
        self.markdown.append("| " + " | ".join(header) + " |")
        self.markdown.append("|---|" + "---:|" * (len(header) - 1))
        self.markdown += ["| " + " | ".join(row) + " |" for row in cells[1:]] + [""]

    def engines(self, title, engines):
        base = engines[0].median
        rows = []
        for e in engines:
            if e.failure:
                rows.append([e.name, e.failure, "", "", "", ""])
            else:
                rows.append([e.name, f"{e.median:.3f}", f"{min(e.seconds):.3f}", f"{max(e.seconds):.3f}",
                             f"{e.mebibytes:.0f}", f"{e.median / base:.2f}"])
        self.table(title, ["engine", "median s", "min", "max", "peak MiB", "ratio"], rows)


def best(engines, prefix):
    """The fastest engine whose name begins so."""
    found = [e for e in engines if e.name.startswith(prefix) and e.seconds]
    return min(found, key=lambda e: e.median) if found else None
