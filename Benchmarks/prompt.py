"""How long a person waits at the prompt: from its start to the first prompt, and for completion where a table has
1,000 columns. Measured in a terminal, from the last key to the last byte of the answer."""
import os, pty, select, statistics, sys, time
from pathlib import Path

COLUMNS = 1000
PROMPT = b"c360> "


class Terminal:
    """A session of `c360 repl` in a terminal of its own."""

    def __init__(self, command, folder):
        self.started = time.perf_counter()
        self.child, self.descriptor = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execve(command[0], command, {**os.environ, "TERM": "xterm", "HOME": str(folder), "NO_COLOR": "1"})

    def until(self, text, seconds=30):
        """Reads up to and with a text; returns when its last byte had come."""
        seen = b""
        end = time.perf_counter() + seconds
        while text not in seen:
            if not select.select([self.descriptor], [], [], max(0, end - time.perf_counter()))[0]:
                sys.exit(f"the prompt does not answer {text!r}: {seen!r}")
            seen += os.read(self.descriptor, 1 << 16)
        return time.perf_counter()

    def send(self, text):
        os.write(self.descriptor, text.encode())

    def close(self):
        self.send("\x15:quit\r")
        try:
            while os.read(self.descriptor, 1 << 16):
                pass
        except OSError:
            pass
        os.close(self.descriptor)
        os.waitpid(self.child, 0)


def write(folder):
    """A table of many columns. There is no file behind it: completion reads none."""
    folder.mkdir(parents=True, exist_ok=True)
    names = "".join(f"  column_{n:04}_end: float?\n" for n in range(COLUMNS))
    (folder / "wide.c360").write_text(
        "edition 2026\nentity person\nevents wide of person from \"wide.parquet\" {\n"
        f"  person: int @key\n  at_time: time @time\n{names}}}\nexposure now of person at @2026-01-01\n"
        + "".join(f"feature total_{n} = sum(wide.column_{n:04}_end) over 30d\n" for n in range(20)))


def start(binary, folder):
    terminal = Terminal([str(binary), "repl", "--no-init"], folder)
    seconds = terminal.until(PROMPT) - terminal.started
    terminal.close()
    return seconds


def completion(binary, folder):
    """The first completion of a query has it checked; those behind know its columns."""
    terminal = Terminal([str(binary), "repl", "--no-init", "wide.c360"], folder)
    terminal.until(PROMPT)
    found = []
    text = "wide | select column_099"
    for digit in "89":
        terminal.send(text if digit == "8" else "\x15" + text)
        # Echoed in full: nothing is on its way.
        terminal.until(b"column_099")
        time.sleep(0.05)
        begun = time.perf_counter()
        terminal.send(digit + "\t")
        found.append(terminal.until(b"_end") - begun)
    terminal.close()
    return found


def table(binaries, folder, runs):
    write(folder)
    binary = binaries / "c360"
    start(binary, folder)
    starts = [start(binary, folder) for _ in range(max(5, 5 * runs))]
    pairs = [completion(binary, folder) for _ in range(max(5, 5 * runs))]
    rows = [("start to prompt", starts, 50), (f"first completion among {COLUMNS:,} columns", [p[0] for p in pairs], 20),
            ("the next one of the same query", [p[1] for p in pairs], 20)]
    return (["milliseconds", "median", "worst", "wanted below"],
            [[name, f"{1000 * statistics.median(times):.1f}", f"{1000 * max(times):.1f}", f"{bound}"]
             for name, times, bound in rows])
