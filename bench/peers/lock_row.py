"""Row 4: lock with warm metadata, the whole process, beside `apt-get install -s`."""
import glob
import json
import os
import re
import shutil
import statistics
import subprocess
import time

from comparison import Comparison
from ground import ROOT, run as run_command, timed
from serving import Serving


def run(ground):
    archive = ground.archive.prepare()
    row = Comparison(ground, "lock", "Row 4: lock BIG, warm metadata, whole process", 5.0)
    recipes, store = os.path.join(ground.folder, "recipes"), os.path.join(ground.folder, "lock-store")
    request = archive.big_request()
    simulate = ["apt-get", "install", "-s", "--no-install-recommends", *request]
    row.notes.append("peer: `apt-get install -s --no-install-recommends BIG` on an empty status, package cache built; ours: `ez lock --offline big.yaml`, no earlier lock")
    lock = ["", "lock", "--offline", "--store", store, os.path.join(recipes, "big.yaml")]
    if not ground.peer_only:
        lock[0] = ground.ez()
        write_recipes(recipes, request)
        with Serving(archive.served) as server:
            # Fills the store with verified metadata; what is measured touches no network.
            run_command([lock[0], "lock", "--store", store, *server.mirrors(), lock[-1]])

    def peer():
        return timed(simulate, environment=archive.environment("host"))

    def ours():
        for old in glob.glob(os.path.join(recipes, "*.lock.json")):
            os.remove(old)
        return timed(lock)

    def check(_):
        theirs, mine = chosen_by_apt(simulate, archive.environment("host")), chosen_by_ez(recipes, "big")
        if theirs != mine:
            difference = sorted(theirs ^ mine)
            raise SystemExit(f"the two sets differ in {len(difference)} rows: {difference[:20]}")
        return f"{len(mine)} packages, the same"

    row.measure(ours, peer, check)
    if not ground.peer_only:
        peak = peak_anonymous(lock)
        row.require(f"RssAnon at most 100 MB (is {peak / 1024:.0f} MB)", peak < 100 * 1024)
        nginx = [timed([*lock[:-1], os.path.join(recipes, "nginx.yaml")]) for _ in range(11)][1:]
        row.require(f"nginx alone under 90 ms (median {statistics.median(nginx) * 1000:.0f} ms, {min(nginx) * 1000:.0f} .. {max(nginx) * 1000:.0f})",
                    statistics.median(nginx) < 0.090)
    return row


def write_recipes(folder, request):
    """The shipped recipes' repositories, asked for BIG (and for nginx with its base) in one OS template."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(ROOT, "recipes/debian-12.yaml")) as file:
        shipped = file.read()
    for name, packages in [("big", request), ("nginx", ["nginx"])]:
        text = re.sub(r"(?m)^name: .*$", f"name: {name}", shipped)
        text = re.sub(r"(?m)^packages:.*(\n[ \-].*)*$", f"packages: [{', '.join(packages)}]", text)
        with open(os.path.join(folder, f"{name}.yaml"), "w") as file:
            file.write(text)


def chosen_by_apt(simulate, environment):
    """`Inst name (version origin [arch])`."""
    output = subprocess.run(simulate, env=environment, check=True, capture_output=True, text=True).stdout
    return {f"{found[1]} {found[2]}" for found in re.finditer(r"(?m)^Inst (\S+) \((\S+) ", output)}


def chosen_by_ez(folder, name):
    with open(glob.glob(os.path.join(folder, f"{name}.*.lock.json"))[0]) as file:
        return {f"{row['name']} {row['version']}" for row in json.load(file)["packages"]}


def peak_anonymous(command):
    """The largest RssAnon seen, in kB; a run apart, as looking costs time."""
    peak, process = 0, subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as status:
                peak = max([peak] + [int(line.split()[1]) for line in status if line.startswith("RssAnon")])
        except (OSError, ProcessLookupError):
            break
        time.sleep(0.001)
    if process.wait() != 0:
        raise SystemExit(f"`{' '.join(command)}` ended with {process.returncode}")
    return peak
