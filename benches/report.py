#!/usr/bin/env python3
"""What a report of twenty queries costs against the dearest of them alone.

    python3 benches/report.py --kqlens target/release/kqlens --logs EXPORTS --period 2025-02-25 [--now 2025-02-26] [--runs 3]

The queries are those of queries/nightly and queries/chargeback. Each runs alone, as a report of one query over the same
logs and period, then all in one report; the least CPU time (user and system, of kqlens alone) and wall time of several
runs counts. Ends with 1 when all cost more than 1.5 times the dearest.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 1.5


def cost(arguments, queries, out):
    """CPU and wall seconds of one report."""
    command = [arguments.kqlens, "report", *map(str, queries), "--logs", *arguments.logs, "--period", arguments.period,
               "--prices", str(ROOT / "queries/prices.csv"), "--table", f"Teams={ROOT / 'queries/teams.csv'}",
               "--out", out, "--quiet"]
    if arguments.now:
        command += ["--now", arguments.now]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ended = subprocess.run(command, cwd=out, stderr=subprocess.PIPE, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    # 3 and 6 are reports with something to tell.
    if ended.returncode not in (0, 3, 6):
        sys.exit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stderr.decode()}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall


def least(arguments, queries):
    """The least of several runs."""
    with tempfile.TemporaryDirectory() as out:
        runs = [cost(arguments, queries, out) for _ in range(arguments.runs)]
    return tuple(min(run[kind] for run in runs) for kind in (0, 1))


def main():
    """Measures, prints, and tells whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kqlens", type=os.path.abspath, required=True)
    parser.add_argument("--logs", type=os.path.abspath, nargs="+", required=True)
    parser.add_argument("--period", required=True)
    parser.add_argument("--now")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    queries = sorted((ROOT / "queries/nightly").glob("*.kql")) + sorted((ROOT / "queries/chargeback").glob("*.kql"))
    alone = {query: least(arguments, [query]) for query in queries}
    print(f"{'CPU s':>8} {'wall s':>8}")
    for query, (cpu, wall) in alone.items():
        print(f"{cpu:8.2f} {wall:8.2f}  {query.parent.name}/{query.name}")
    cpu, wall = least(arguments, queries)
    dearest = max(one[0] for one in alone.values()), max(one[1] for one in alone.values())
    print(f"{cpu:8.2f} {wall:8.2f}  all {len(queries)}: {cpu / dearest[0]:.2f} of the dearest's CPU, "
          f"{wall / dearest[1]:.2f} of its wall time")
    return 0 if cpu <= LIMIT * dearest[0] else 1


if __name__ == "__main__":
    sys.exit(main())
