"""The features of the windowed benchmarks, as every engine is asked for them.

FOUR are the main job's; FIFTY are six aggregates over eight windows, the count of all and the gap.
"""
WINDOWS = (1, 3, 7, 14, 30, 60, 90, 120)
FOUR = ["n7", "s30", "d90", "gap"]
# Prefix of the column → aggregate of the language.
AGGREGATES = {"n": "count(purchases)", "s": "sum(purchases.amount)", "m": "mean(purchases.amount)",
              "lo": "min(purchases.amount)", "hi": "max(purchases.amount)",
              "d": "distinct(purchases.category)"}
FIFTY = [f"{kind}{days}" for days in WINDOWS for kind in AGGREGATES] + ["n_all", "gap"]
SETS = {"four": FOUR, "fifty": FIFTY}


def split(name):
    """`lo30` → ("lo", 30); `n_all` → ("n", None)."""
    kind = name.rstrip("0123456789").removesuffix("_all")
    days = name[len(kind):]
    return kind, int(days) if days.isdigit() else None


def script(names):
    """The script that computes these features."""
    lines = [
        "edition 2026", "module benchmarks.windowed", "", "entity customer", "",
        'events purchases of customer from "data/events.parquet" {', "  customer: int   @key",
        "  ts:       time  @time", "  amount:   float", "  category: int", "}", "",
        'exposure moments of customer from "data/exposures.parquet" {', "  xid:      int",
        "  customer: int  @key", "  ts:       time @time", "  keep all", "}", ""]
    for name in names:
        kind, days = split(name)
        if kind == "gap":
            lines.append("feature gap = at - last(purchases.ts)")
        else:
            lines.append(f"feature {name} = {AGGREGATES[kind]} over {f'{days}d' if days else 'all'}")
    lines += ["", f"output result = moments | select xid, {', '.join(names)} to \"out/result.parquet\"", ""]
    return "\n".join(lines)
