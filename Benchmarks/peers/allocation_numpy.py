#!/usr/bin/env python3
"""The same allocation in numpy: the smoothed dual by L-BFGS (60 passes), the prices then rounded to whole
decisions by argmax with the budget rows shrunk until all hold. usage: FOLDER OUT
Prints seconds of solving, value and upper bound as JSON.
"""
import json, sys, time
from pathlib import Path
import numpy, pyarrow as pa, pyarrow.parquet as pq
from scipy.optimize import minimize

sys.path.append(str(Path(__file__).resolve().parent.parent / "allocation"))
import campaign

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
table = pq.read_table(folder / "people.parquet")
value = numpy.column_stack([table[name].to_numpy() for name in campaign.ACTIONS])
region = numpy.array([campaign.REGIONS.index(r) for r in table["region"].to_pylist()])
count = len(value)
start = time.perf_counter()
limits, by_region = campaign.rows(region, campaign.bounds(count))
scale = numpy.maximum(numpy.abs(limits), 1e-12)


def usage(probability):
    treated = numpy.array([probability[region == g].sum() for g in range(3)])
    per_action = probability.sum(axis=0)
    return numpy.concatenate([[per_action @ campaign.COST], per_action, by_region @ treated])


def reduced(prices):
    parity = prices[5:] @ by_region
    return value - prices[0] * campaign.COST - prices[1:5] - parity[region][:, None]


def dual(prices, temperature):
    left = reduced(prices)
    top = numpy.maximum(left.max(axis=1), 0)
    weights = numpy.exp((left - top[:, None]) / temperature)
    total = weights.sum(axis=1) + numpy.exp(-top / temperature)
    smooth = (top + temperature * numpy.log(total)).sum()
    return prices @ limits + smooth, limits - usage(weights / total[:, None])


prices = numpy.zeros(11)
for temperature in (0.1, 0.03, 0.01, 0.003, 0.001):
    found = minimize(
        lambda x: (lambda f, g: (f, g / scale))(*dual(x / scale, temperature)), prices * scale, jac=True,
        method="L-BFGS-B", bounds=[(0, None)] * 11, options={"maxiter": 12, "maxfun": 14})
    prices = found.x / scale
left = reduced(prices)
bound = prices @ limits + numpy.maximum(left.max(axis=1), 0).sum()
choice = numpy.where(left.max(axis=1) > 0, left.argmax(axis=1), 4)
# Whole decisions: what exceeds a total goes, least loss first.
gain = numpy.where(choice < 4, numpy.take_along_axis(left, numpy.minimum(choice, 3)[:, None], 1)[:, 0], numpy.inf)
for row in range(5):
    member = choice < 4 if row == 0 else choice == row - 1
    used = campaign.COST[numpy.minimum(choice, 3)] * member if row == 0 else member.astype(float)
    excess = used.sum() - limits[row]
    if excess > 0:
        order = numpy.argsort(numpy.where(member, gain, numpy.inf), kind="stable")
        drop = order[: numpy.searchsorted(numpy.cumsum(used[order]), excess) + 1]
        choice[drop], gain[drop] = 4, numpy.inf
seconds = time.perf_counter() - start
total = numpy.where(choice < 4, numpy.take_along_axis(value, numpy.minimum(choice, 3)[:, None], 1)[:, 0], 0).sum()
pq.write_table(pa.table({"customer": table["customer"], "action": pa.array(campaign.ACTIONS + ["nothing"]).take(pa.array(choice))}), out)
print(json.dumps({"seconds": seconds, "value": total, "bound": bound}))
