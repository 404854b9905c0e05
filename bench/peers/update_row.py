"""Row 5: an update where nothing changed, both sides against one loopback server that sends validators."""
import os
import shutil

from comparison import Comparison
from ground import ROOT, run as run_command, timed
from serving import Serving


def run(ground):
    archive = ground.archive.prepare()
    row = Comparison(ground, "update", "Row 5: update where nothing changed", 3.0)
    store, recipes = os.path.join(ground.folder, "update-store"), os.path.join(ground.folder, "update-recipes")
    with Serving(archive.served) as server:
        suites = [(root, suite) for root in server.roots() for suite in sorted(os.listdir(os.path.join(archive.served, root, "dists")))]
        row.notes.append(f"peer: `apt-get update`; ours: `ez update debian-12.yaml`; suites: {', '.join(suite for _, suite in suites)}")
        write_apt(archive, server, suites)
        run_command(["apt-get", "update"], env=archive.environment("loopback"))
        update = ["", "update", "--store", store, *server.mirrors(), os.path.join(recipes, "debian-12.yaml")]
        if not ground.peer_only:
            update[0] = ground.ez()
            shutil.rmtree(recipes, ignore_errors=True)
            shutil.copytree(os.path.join(ROOT, "recipes"), recipes)
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
