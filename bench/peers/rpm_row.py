"""Row 10: build a system of rpm packages from an empty store, beside dnf."""
import gzip
import json
import os
import re
import shutil
import xml.etree.ElementTree

import tree
from comparison import Comparison
from ground import run as run_command, timed
from serving import Serving

COMMON = "{http://linux.duke.edu/metadata/common}"


def run(ground):
    folder = os.environ.get("EZ_BENCH_RPMS")
    if not folder:
        raise SystemExit("EZ_BENCH_RPMS must name a folder with a signed repository in `v1` and its key in `RPM-GPG-KEY-test`")
    with Serving(folder) as server:
        build = RpmBuild(ground, server, folder)
        row = Comparison(ground, "rpm", f"Row 10: build a system of {len(build.names)} rpm packages, empty store", 3.0, "row10")
        row.notes.append("both sides fetch metadata and packages from one loopback server, verify the signatures of both, and end with `sync -f`; "
                         f"dnf {run_command(['dnf', '--version']).splitlines()[0]}, rpm {run_command(['rpm', '--version']).split()[-1]}")
        row.notes.append("peer: `dnf --installroot=TREE install` of all names; ours: `ez build`, no lock and no store; the same packages in both databases, the same tree")
        row.measure(build.ours, build.peer, build.check)
        if not ground.peer_only:
            row.notes.append("steps of the last pair: " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in build.steps()))
        ground.release_disk()
    return row


class RpmBuild:
    """Both sides on a disk of their own."""

    def __init__(self, ground, server, folder):
        self.ground = ground
        self.disk = ground.disk()
        self.store, self.tree, self.home, recipes = (os.path.join(self.disk, name) for name in ["store", "tree", "home", "recipes"])
        self.names = names_in(os.path.join(folder, "v1"))
        key = os.path.join(folder, "RPM-GPG-KEY-test")
        os.makedirs(recipes)
        shutil.copy(key, recipes)
        self.recipe, self.lock = os.path.join(recipes, "system.yaml"), os.path.join(recipes, "system.x86_64.lock.json")
        with open(self.recipe, "w") as file:
            file.write(f"format: 1\nname: system\nkind: os\nversion: \"1.0\"\nfamily: rpm\narchitecture: x86_64\nrepositories:\n"
                       f"  - {{id: base, mirrors: [\"{server.address('v1')}\"], keys: RPM-GPG-KEY-test}}\npackages: [{', '.join(self.names)}]\n")
        # Debian's rpm looks for the database in the caller's home, its dnf for the key in the root that it installs to.
        os.makedirs(os.path.join(self.home, "repos"))
        with open(os.path.join(self.home, ".rpmmacros"), "w") as file:
            file.write("%_dbpath /var/lib/rpm\n")
        with open(os.path.join(self.home, "repos/base.repo"), "w") as file:
            file.write(f"[base]\nname=base\nbaseurl={server.address('v1')}\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=1\ngpgkey=file://{key}\n")
        self.environment = dict(os.environ, HOME=self.home, LC_ALL="C.UTF-8")

    def ours(self):
        shutil.rmtree(self.store, ignore_errors=True)
        if os.path.exists(self.lock):
            os.remove(self.lock)
        self.report = os.path.join(self.disk, "report")
        script = 'ez=$1; report=$2; shift 2; exec "$ez" build "$@" --json >"$report"'
        return timed(["sh", "-c", script, "sh", self.ground.ez(), self.report, "--store", self.store, self.recipe], sync=self.disk)

    def peer(self):
        shutil.rmtree(self.tree, ignore_errors=True)
        command = ["dnf", "--quiet", "--assumeyes", f"--installroot={self.tree}", f"--setopt=reposdir={self.home}/repos", "--setopt=cachedir=/var/cache/dnf",
                   "--setopt=install_weak_deps=0", "--releasever=1", "install", *self.names]
        return timed(command, sync=self.disk, environment=self.environment)

    def check(self, number):
        name = f"bench{number}"
        ez = [self.ground.ez(), "--store", self.store, "env"]
        run_command([*ez, "create", name, "--template", "system"])
        view = run_command([*ez, "path", name]).strip()
        try:
            ours, theirs = self.database(view), [line for line in self.database(self.tree) if not line.startswith("gpg-pubkey")]
            if ours != theirs:
                raise SystemExit(f"the databases differ: {sorted(set(ours) ^ set(theirs))[:10]}")
            with open(self.lock) as file:
                epoch = int(json.load(file)["epoch"])
            return f"{len(ours)} in both databases; " + tree.compare(view, self.tree, epoch, whole=number == 0, more=["/var/lib/rpm/*", "/etc/dnf*", "/var/lib/dnf*", "/var/cache/dnf*"])
        finally:
            run_command([*ez, "remove", name])

    def database(self, root):
        return sorted(run_command(["rpm", "--root", root, "--dbpath", "/var/lib/rpm", "-qa"]).split())

    def steps(self):
        with open(self.report) as file:
            return [(step["step"], step["seconds"]) for step in json.load(file)["steps"]]


def names_in(repository):
    """Of all packages, from primary.xml."""
    with open(os.path.join(repository, "repodata/repomd.xml")) as file:
        primary = re.search(r'href="([^"]*primary\.xml\.gz)"', file.read()).group(1)
    with gzip.open(os.path.join(repository, primary)) as file:
        return sorted({element.text for element in xml.etree.ElementTree.parse(file).getroot().iter(COMMON + "name")})
