"""Row 5: an update where nothing changed, both sides against one loopback server that sends validators."""
import glob
import json
import os
import re

from archive import APPLICATIONS
from comparison import Comparison
from ground import ROOT, run as run_command, timed
from serving import Serving


def run(ground):
    archive = ground.archive.prepare()
    row = Comparison(ground, "update", "Row 5: update where nothing changed", 3.0)
    place = ground.memory()
    store, recipes = os.path.join(place, "store"), os.path.join(place, "recipes")
    with Serving(archive.served) as server:
        suites = [(root, suite) for root in server.roots() for suite in sorted(os.listdir(os.path.join(archive.served, root, "dists")))]
        row.notes.append(f"peer: `apt-get update`; ours: `ez update debian-12.yaml`; suites: {', '.join(suite for _, suite in suites)}")
        write_apt(archive, server, suites)
        run_command(["apt-get", "update"], env=archive.environment("loopback"))
        update = ["", "update", "--store", store, *server.mirrors(), os.path.join(recipes, "debian-12.yaml")]
        if not ground.peer_only:
            update[0] = ground.ez()
            os.makedirs(recipes)
            write_base(archive, recipes)
            run_command([update[0], "lock", *update[2:]])
            serve_archives(archive, recipes)
            run_command(update)
        before = digest_of(recipes)
        seen = {}

        def peer():
            server.requests()
            seconds = timed(["apt-get", "-q", "update"], environment=archive.environment("loopback"))
            seen["peer"] = server.requests()
            return seconds

        def ours():
            server.requests()
            seconds = timed(update)
            seen["ez"] = server.requests()
            return seconds

        def check(_):
            if digest_of(recipes) != before:
                raise SystemExit("the update changed a lock though nothing had changed")
            counts = []
            for side in ("ez", "peer"):
                conditional = [path for path, _, asked in seen[side] if asked]
                missing = [suite for root, suite in suites if not any(f"/{root}/dists/{suite}/" in path for path in conditional)]
                if missing:
                    raise SystemExit(f"{side} sent no conditional request for {missing}; it sent {seen[side]}")
                counts.append(f"{side} {len(conditional)} conditional of {len(seen[side])}")
            return "; ".join(counts)

        row.measure(ours, peer, check)
    return row


def write_base(archive, recipes):
    """The shipped debian-12, asked for BIG without its applications: all of it is in the pool."""
    with open(os.path.join(ROOT, "recipes/debian-12.yaml")) as file:
        text = file.read()
    base = [name for name in archive.big_request() if name not in APPLICATIONS]
    with open(os.path.join(recipes, "debian-12.yaml"), "w") as file:
        file.write(re.sub(r"(?m)^packages:.*$", f"packages: [{', '.join(base)}]", text))


def serve_archives(archive, recipes):
    """Puts the pool's packages where the lock says that the mirror has them, so that the version is built once before the clock runs."""
    pool = {sha: name for sha, name in (line.split() for line in open(os.path.join(archive.pool, "SHA256SUMS")))}
    with open(glob.glob(os.path.join(recipes, "debian-12.*.lock.json"))[0]) as file:
        for row in json.load(file)["packages"]:
            root = row["source"].split("/")[0]
            target = os.path.join(archive.served, root, row["path"])
            if not os.path.exists(target):
                os.makedirs(os.path.dirname(target), exist_ok=True)
                os.link(os.path.join(archive.pool, pool[row["sha256"]]), target)


def write_apt(archive, server, suites):
    keys = {}
    with open(os.path.join(archive.apt("host"), "etc/sources.list")) as file:
        for line in file:
            _, key, uri, _, _ = line.split()
            keys[os.path.basename(uri.rstrip("/"))] = key
    archive.write_apt(archive.apt("loopback"), [f"deb {keys[root]} {server.address(root)} {suite} main" for root, suite in suites])


def digest_of(folder):
    """Names and bytes of all locks below."""
    found = {}
    for place, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(place, name), "rb") as file:
                found[os.path.join(place, name)] = file.read()
    return found
