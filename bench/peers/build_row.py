"""Row 1: build BIG from an empty store, beside mmdebstrap, as one flat template and as an OS with an application on it."""
import json
import lzma
import os
import re
import shutil

import tree
from archive import APPLICATIONS, CODENAME
from comparison import Comparison
from ground import run as run_command, timed
from lock_row import write_recipes
from serving import Serving


def run(ground):
    ground.archive.prepare()
    served = serve_pool(ground.archive)
    rows = []
    with Serving(served) as server:
        for page, target, recipe in [("row1-flat", 1.8, "big"), ("row1-layers", 2.2, "apps")]:
            if not ground.wants(page):
                continue
            build = Build(ground, server, recipe)
            row = Comparison(ground, "build", f"Row 1: build BIG, empty store, {'one flat template' if recipe == 'big' else 'as an OS and an application'}", target, page)
            row.notes.append(ground.archive.describe() + "; both sides fetch indices and packages from one loopback server; both end with `sync -f`")
            row.notes.append(f"peer: `mmdebstrap --mode=root --variant=minbase --include={','.join(APPLICATIONS)}`; ours: `ez build {recipe}.yaml`, no lock and no store, the table of ids beside the recipes")
            row.measure(build.ours, build.peer, build.check)
            if not ground.peer_only:
                row.notes.append("steps of the last pair: " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in build.steps()))
            ground.release_disk()
            rows.append(row)
    return rows


class Build:
    """Both sides of one way to build, on a disk of their own."""

    def __init__(self, ground, server, recipe):
        self.ground, self.server, self.recipe = ground, server, recipe
        self.disk = ground.disk()
        self.recipes, self.store, self.tree = (os.path.join(self.disk, name) for name in ["recipes", "store", "tree"])
        self.epoch = "1700000000"
        if not ground.peer_only:
            write_recipes(self.recipes, ground.archive.big_request())
            # The OS has all that minbase has.
            base = os.path.join(self.recipes, "debian-12.yaml")
            with open(base) as file:
                text = file.read()
            with open(base, "w") as file:
                file.write(re.sub(r"(?m)^packages:.*$", f"packages: [{', '.join(name for name in ground.archive.big_request() if name not in APPLICATIONS)}]", text))
            with open(os.path.join(self.recipes, "apps.yaml"), "w") as file:
                file.write(f"format: 1\nname: apps\nkind: app\nversion: \"1.0\"\nbase: debian-12@[1.0,2.0)\npackages: [{', '.join(APPLICATIONS)}]\n")
            # Gives users and groups their numbers, as a table under version control has them, and says the epoch that the peer is to have.
            self.ours()
            with open(os.path.join(self.recipes, f"{recipe}.amd64.lock.json")) as file:
                self.epoch = str(json.load(file)["epoch"])

    def ours(self):
        shutil.rmtree(self.store, ignore_errors=True)
        for name in os.listdir(self.recipes):
            if name.endswith(".lock.json"):
                os.remove(os.path.join(self.recipes, name))
        self.report = os.path.join(self.disk, "report")
        script = 'ez=$1; report=$2; shift 2; exec "$ez" build "$@" --json >"$report"'
        command = ["sh", "-c", script, "sh", self.ground.ez(), self.report, "--store", self.store, *self.server.mirrors(), os.path.join(self.recipes, self.recipe + ".yaml")]
        return timed(command, sync=self.disk)

    def peer(self):
        shutil.rmtree(self.tree, ignore_errors=True)
        return timed(mmdebstrap(self.tree, APPLICATIONS, sources(self.ground.archive, self.server)), sync=self.disk, environment=dict(os.environ, SOURCE_DATE_EPOCH=self.epoch, LC_ALL="C.UTF-8"))

    def check(self, number):
        """One tree: all paths each time, and in the warm-up pair all that a path is, with its content."""
        return compare(self.ground, self.store, self.recipe, (self.tree, int(self.epoch)), number)

    def steps(self):
        with open(self.report) as file:
            return [(step["step"], step["seconds"]) for step in json.load(file)["steps"]]


def mmdebstrap(target, packages, lines):
    return ["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
            f"--include={','.join(packages)}", CODENAME, target, *lines]


def sources(archive, server):
    """As the machine's own, with the loopback server in the mirrors' place."""
    return [f"deb [signed-by={key}] {server.address(os.path.basename(uri.rstrip('/')))} {suite} {component}" for uri, suite, component, key in archive._host_sources()]


def serve_pool(archive):
    """Puts BIG's packages where the indices say that they lie."""
    with open(os.path.join(archive.pool, "SHA256SUMS")) as sums:
        debs = dict(line.split() for line in sums)
    for folder, _, files in os.walk(archive.served):
        if "Packages.xz" not in files or "by-hash" in folder:
            continue
        root = folder[:folder.index("/dists/")]
        path = None
        with lzma.open(os.path.join(folder, "Packages.xz"), "rt", encoding="utf-8") as index:
            for line in index:
                if line.startswith("Filename: "):
                    path = line[len("Filename: "):].strip()
                elif line.startswith("SHA256: ") and line[len("SHA256: "):].strip() in debs:
                    place = os.path.join(root, path)
                    if not os.path.exists(place):
                        os.makedirs(os.path.dirname(place), exist_ok=True)
                        os.link(os.path.join(archive.pool, debs[line[len("SHA256: "):].strip()]), place)
    return archive.served


def compare(ground, store, template, peer, number):
    name = f"bench{number}"
    run_command([ground.ez(), "--store", store, "env", "create", name, "--template", template])
    view = run_command([ground.ez(), "--store", store, "env", "path", name]).strip()
    try:
        return tree.compare(view, *peer, whole=number == 0)
    finally:
        run_command([ground.ez(), "--store", store, "env", "remove", name])
