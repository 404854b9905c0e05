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
    place = ground.memory()
    recipes, store = os.path.join(place, "recipes"), os.path.join(place, "store")
    request = archive.big_request()
    simulate = ["apt-get", "install", "-s", "--no-install-recommends", *request]
    row.notes.append("peer: `apt-get install -s --no-install-recommends BIG` on an empty status, package cache built; ours: `ez lock --offline big.yaml`, no earlier lock, recipes and store on a tmpfs")
    big, nginx, lock = os.path.join(recipes, "big.yaml"), os.path.join(recipes, "nginx.yaml"), []
    if not ground.peer_only:
        write_recipes(recipes, request)
        with Serving(archive.served) as server:
            # Fills the store with verified metadata; what is measured touches no network, though it still names the mirrors.
            run_command([ground.ez(), "lock", "--store", store, *server.mirrors(), big, nginx])
            lock = [ground.ez(), "lock", "--offline", "--store", store, *server.mirrors()]

    def peer():
        return timed(simulate, environment=archive.environment("host"))

    def ours():
        for old in glob.glob(os.path.join(recipes, "big.*.lock.json")):
            os.remove(old)
        return timed([*lock, big])

    def check(_):
        theirs, mine = chosen_by_apt(simulate, archive.environment("host")), chosen_by_ez(recipes, "big")
        if theirs != mine:
            difference = sorted(theirs ^ mine)
            raise SystemExit(f"the two sets differ in {len(difference)} rows: {difference[:20]}")
        return f"{len(mine)} packages, the same"

    row.measure(ours, peer, check)
    if not ground.peer_only:
        peak = peak_anonymous([*lock, big])
        row.require(f"RssAnon at most 100 MB (is {peak / 1024:.0f} MB)", peak < 100 * 1024)
        alone = [lock_nginx(lock, recipes, nginx) for _ in range(11)][1:]
        row.require(f"nginx alone, on its locked base, under 90 ms (median {statistics.median(alone) * 1000:.0f} ms, "
                    f"{min(alone) * 1000:.0f} .. {max(alone) * 1000:.0f})", statistics.median(alone) < 0.090)
    return row


def lock_nginx(lock, recipes, nginx):
    """The shipped application; its base's lock stands, its own does not."""
    for old in glob.glob(os.path.join(recipes, "nginx.*.lock.json")):
        os.remove(old)
    return timed([*lock, nginx])


def write_recipes(folder, request):
    """The shipped debian-12 and nginx, and debian-12 asked for BIG."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name in ["debian-12", "nginx"]:
        shutil.copy(os.path.join(ROOT, f"recipes/{name}.yaml"), folder)
    with open(os.path.join(ROOT, "recipes/debian-12.yaml")) as file:
        text = re.sub(r"(?m)^name: .*$", "name: big", file.read())
    text = re.sub(r"(?m)^packages:.*$", f"packages: [{', '.join(request)}]", text)
    with open(os.path.join(folder, "big.yaml"), "w") as file:
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
