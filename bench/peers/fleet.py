"""What the rows about many environments share: a built template, its plain tree for the peers, and loops of mount(8)."""
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess

from archive import APPLICATIONS
from ground import ROOT, run
from serving import Serving


REPOSITORY = "  - {id: bench, mirrors: [\"http://127.0.0.1/bench\"], suites: [bench], components: [main], trust: unsigned}\n"


class Fleet:
    """A store with debian-12 on a disk of its own: minbase (with whole, all of BIG) and a package `ez-bench` with one file, /etc/ez-bench."""

    def __init__(self, ground, disk, whole=False):
        self.ground, self.disk = ground, disk
        self.store, self.recipes, self.tree = (os.path.join(disk, name) for name in ("store", "recipes", "tree"))
        os.makedirs(self.recipes)
        self._archive = ground.archive.prepare()
        self._versions = 0
        self._write_recipe(whole)
        self.next_version()

    def ez(self, *words):
        return run([self.ground.ez(), words[0], "--store", self.store, "--quiet", *words[1:]])

    def env(self, word, *words):
        return [self.ground.ez(), "env", word, "--store", self.store, "--quiet", *words]

    def next_version(self):
        """The next version differs in /etc/ez-bench alone, which has the version's number. All comes over loopback."""
        self._versions += 1
        self._publish(self._versions)
        recipe = os.path.join(self.recipes, "debian-12.yaml")
        with Serving(self._archive.served) as server:
            if self._versions == 1:
                self.ez("lock", *server.mirrors(), recipe)
                self._serve_packages()
            self.ez("update", *server.mirrors(), recipe)

        # The other rows ask every archive that is served for what Debian's have.
        shutil.rmtree(os.path.join(self._archive.served, "bench"))

    def plain_tree(self, target):
        """The version's files as an ordinary directory, for a peer; through a view of an environment made for this."""
        self.ez_env("create", "for-the-peer", "--template", "debian-12")
        root = self.ez_env("path", "for-the-peer").strip()
        run(["cp", "-a", root + "/.", self.ground.fresh(target)])
        self.ez_env("remove", "for-the-peer")
        return target

    def ez_env(self, *words):
        return run(self.env(*words))

    def environments(self):
        return json.loads(self.ez_env("list", "--json"))["environments"]

    def _write_recipe(self, whole):
        with open(os.path.join(ROOT, "recipes/debian-12.yaml")) as file:
            text = file.read()
        packages = [name for name in self._archive.big_request() if whole or name not in APPLICATIONS]
        text = re.sub(r"(?m)^packages:.*$", f"packages: [{', '.join([*packages, 'ez-bench'])}]", text)
        with open(os.path.join(self.recipes, "debian-12.yaml"), "w") as file:
            file.write(re.sub(r"(?m)^repositories:.*\n", lambda found: found[0] + REPOSITORY, text))

    def _publish(self, number):
        """An unsigned archive of one package, beside the mirror's indices."""
        root = self.ground.fresh(os.path.join(self._archive.served, "bench"))
        content = self.ground.fresh(os.path.join(self.disk, "package"))
        os.makedirs(os.path.join(content, "DEBIAN"))
        os.makedirs(os.path.join(content, "etc"))
        control = f"Package: ez-bench\nVersion: {number}\nArchitecture: all\nMaintainer: ez <ez@localhost>\nDescription: one file\n"
        for path, text in [("DEBIAN/control", control), ("etc/ez-bench", f"{number}\n")]:
            with open(os.path.join(content, path), "w") as file:
                file.write(text)
        deb = f"pool/ez-bench_{number}_all.deb"
        os.makedirs(os.path.join(root, "pool"))
        run(["dpkg-deb", "--root-owner-group", "-b", content, os.path.join(root, deb)])
        size, digest = facts(os.path.join(root, deb))
        index = os.path.join(root, "dists/bench/main/binary-amd64/Packages")
        os.makedirs(os.path.dirname(index))
        with open(index, "w") as file:
            file.write(f"{control}Filename: {deb}\nSize: {size}\nSHA256: {digest}\n\n")
        size, digest = facts(index)
        with open(os.path.join(root, "dists/bench/Release"), "w") as file:
            file.write(f"Origin: ez\nSuite: bench\nCodename: bench\nDate: Thu, 01 Jan 2026 00:00:{number:02} UTC\nArchitectures: amd64\nComponents: main\n"
                       f"SHA256:\n {digest} {size} main/binary-amd64/Packages\n")

    def _serve_packages(self):
        pool = {sha: name for sha, name in (line.split() for line in open(os.path.join(self._archive.pool, "SHA256SUMS")))}
        with open(glob.glob(os.path.join(self.recipes, "debian-12.*.lock.json"))[0]) as file:
            for row in json.load(file)["packages"]:
                target = os.path.join(self._archive.served, row["source"].split("/")[0], row["path"])
                if row["name"] != "ez-bench" and not os.path.exists(target):
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    os.link(os.path.join(self._archive.pool, pool[row["sha256"]]), target)


def facts(path):
    with open(path, "rb") as file:
        return os.path.getsize(path), hashlib.file_digest(file, "sha256").hexdigest()


def names(count):
    return [f"bench{number:04}" for number in range(count)]


def shell(script, *words):
    """The loop that somebody would write by hand; its own start counts, as that of ez does."""
    return ["sh", "-euc", script, "sh", *words]


def unmount_below(folder):
    """For after the clock; what is mounted last goes first."""
    with open("/proc/self/mountinfo") as table:
        points = [line.split()[4] for line in table]
    below = [point for point in points if point.startswith(folder + "/")]
    for start in range(0, len(below), 200):
        subprocess.run(["umount", *reversed(below[start:start + 200])], check=True)


def remove_below(folder):
    unmount_below(folder)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
