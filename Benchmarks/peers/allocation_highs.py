#!/usr/bin/env python3
"""The same allocation by scipy's HiGHS, as a linear program. usage: FOLDER
Prints seconds of solving and the optimum as JSON.
"""
import json, sys, time
from pathlib import Path
import numpy, pyarrow.parquet as pq
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, vstack

sys.path.append(str(Path(__file__).resolve().parent.parent / "allocation"))
import campaign

table = pq.read_table(Path(sys.argv[1]) / "people.parquet")
value = numpy.column_stack([table[name].to_numpy() for name in campaign.ACTIONS])
region = numpy.array([campaign.REGIONS.index(r) for r in table["region"].to_pylist()])
count = len(value)
start = time.perf_counter()
limits, by_region = campaign.rows(region, campaign.bounds(count))
variable = numpy.arange(count * 4)
one = coo_matrix((numpy.ones(count * 4), (variable // 4, variable)))
coupling = numpy.vstack([numpy.tile(campaign.COST, count)]
                        + [numpy.tile(numpy.eye(4)[a], count) for a in range(4)]
                        + [numpy.repeat(by_region[r][region], 4) for r in range(6)])
found = linprog(-value.ravel(), A_ub=vstack([one, coo_matrix(coupling)]).tocsr(),
                b_ub=numpy.concatenate([numpy.ones(count), limits]), bounds=(0, 1), method="highs")
print(json.dumps({"seconds": time.perf_counter() - start, "value": -found.fun}))
