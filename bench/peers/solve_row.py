"""Solving in process, from the parsed form at hand, beside libsolv's Python binding; apt as a whole process."""
import json
import os
import statistics
import subprocess

from check_row import ARCHITECTURE, index_of
from comparison import Comparison
from ground import run as run_command, timed

CASES = {"nginx": 5.0, "gnome": 40.0}
LIBSOLV = """
import sys, time, json, solv
pool = solv.Pool()
pool.setdisttype(solv.Pool.DISTTYPE_DEB)
pool.setarch(sys.argv[1])
repo = pool.add_repo("main")
repo.add_debpackages(solv.xfopen(sys.argv[2]))
pool.createwhatprovides()
answer = {}
for name in sys.argv[3:]:
    times = []
    for _ in range(11):
        jobs = pool.select(name, solv.Selection.SELECTION_NAME).jobs(solv.Job.SOLVER_INSTALL)
        solver = pool.Solver()
        solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 1)
        start = time.perf_counter()
        problems = solver.solve(jobs)
        times.append((time.perf_counter() - start) * 1000)
        count = len(solver.transaction().newsolvables())
    answer[name] = {"ms": times, "packages": count}
print(json.dumps(answer))
"""


def run(ground):
    index = index_of(ground)
    python = python_with_libsolv()
    program = ground.bench_program()
    universe = os.path.join(ground.folder, "main.universe")
    run_command([program, "universe", index, universe])
    apt = ground.archive.prepare().environment("host")
    rows = []
    for name, limit in CASES.items():
        row = Comparison(ground, "solve", f"Solve `{name}` on an empty system, in process, from the parsed form", 1.0, page=f"solve-{name}", unit="ms")
        row.notes.append("ours: the universe is a mapped file; peer: libsolv's Python binding, its pool loaded before; each number is the median of 11 solves in one process")
        answers = {}

        def ours(name=name, answers=answers):
            answers["ez"] = json.loads(run_command([program, "solve", universe, name]))[name]
            return statistics.median(answers["ez"]["ms"])

        def peer(name=name, answers=answers):
            answers["libsolv"] = json.loads(run_command([python, "-c", LIBSOLV, ARCHITECTURE, index, name]))[name]
            return statistics.median(answers["libsolv"]["ms"])

        row.measure(ours, peer, lambda _, answers=answers: ", ".join(f"{who} {answer['packages']} packages" for who, answer in answers.items()))
        median = statistics.median(row.ours)
        row.require(f"under {limit:g} ms in process (median {median:.2f} ms; the first solve of a process {answers['ez']['ms'][0]:.1f} ms)", median < limit)
        row.require(f"RssAnon under 100 MB (is {answers['ez']['rssAnonKB'] / 1024:.0f} MB)", answers["ez"]["rssAnonKB"] < 100 * 1024)
        whole = [timed(["apt-get", "install", "-s", "--no-install-recommends", name], environment=apt) for _ in range(5)]
        row.notes.append(f"`apt-get install -s {name}`, the whole process, median of 5: {statistics.median(whole) * 1000:.0f} ms")
        rows.append(row)
    return rows


def python_with_libsolv():
    return python_with("solv", "python3-solv")


def python_with(module, package):
    """A binding belongs to the system's Python, which need not be the first on PATH."""
    for python in ["python3", "/usr/bin/python3"]:
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0:
            return python
    raise SystemExit(f"no Python has `{module}` ({package})")
