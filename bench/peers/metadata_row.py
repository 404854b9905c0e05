"""rpm-md metadata to a universe at hand: primary and filelists of CentOS Stream 9, from the text and from what each side keeps of it."""
import glob
import json
import os

from comparison import Comparison
from ground import ROOT, run as run_command
from solve_row import python_with, python_with_libsolv

# A path that no package lists in primary.xml, so that filelists are read whatever packages need.
ASKED = "/usr/share/doc/no-such-package/no-such-file"

# Each takes what it keeps its own form in, then `id=FOLDER PRIMARY FILELISTS` of each repository; `again` opens the kept form alone.
LIBSOLV = """
import sys, time, json, os, solv
kept, again, repositories = sys.argv[1], sys.argv[2] == "again", [line.split(" ") for line in sys.argv[3:]]
start = time.perf_counter()
pool = solv.Pool()
pool.setdisttype(solv.Pool.DISTTYPE_RPM)
pool.setarch("x86_64")
for name, _, primary, filelists in repositories:
    repo = pool.add_repo(name)
    path = os.path.join(kept, name + ".solv")
    if again:
        assert repo.add_solv(solv.xfopen(path))
        continue
    assert repo.add_rpmmd(solv.xfopen(primary), None, 0)
    assert repo.add_rpmmd(solv.xfopen(filelists), None, solv.Repo.REPO_EXTEND_SOLVABLES)
    file = solv.xfopen(path, "w")
    assert repo.write(file)
    file.close()
pool.createwhatprovides()
milliseconds = (time.perf_counter() - start) * 1000
size = sum(os.path.getsize(os.path.join(kept, name)) for name in os.listdir(kept))
print(json.dumps({"ms": milliseconds, "packages": sum(repo.nsolvables for repo in pool.repos), "bytes": size,
                  "bash": sum(solvable.name == "bash" for solvable in pool.solvables)}))
"""
DNF = """
import sys, time, json, os, hawkey
kept, repositories = sys.argv[1], [line.split(" ") for line in sys.argv[3:]]
start = time.perf_counter()
sack = hawkey.Sack(cachedir=kept, arch="x86_64", make_cache_dir=True)
for name, repomd, primary, filelists in repositories:
    repo = hawkey.Repo(name)
    repo.repomd_fn, repo.primary_fn, repo.filelists_fn = repomd, primary, filelists
    sack.load_repo(repo, build_cache=True, load_filelists=True)
packages = len(hawkey.Query(sack))
milliseconds = (time.perf_counter() - start) * 1000
size = sum(os.path.getsize(os.path.join(kept, name)) for name in os.listdir(kept))
print(json.dumps({"ms": milliseconds, "packages": packages, "bytes": size, "bash": len(hawkey.Query(sack).filter(name="bash"))}))
"""
PEERS = {"libsolv": LIBSOLV, "dnf": DNF}


def run(ground):
    repositories = metadata()
    python = {"libsolv": python_with_libsolv(), "dnf": python_with("hawkey", "python3-hawkey")}
    program = None if ground.peer_only else ground.bench_program()
    return [Loading(ground, program, python[peer], peer, repositories).measure(again) for peer in PEERS for again in [False, True]]


class Loading:
    """Both sides' processes; each load is the first of its process."""

    def __init__(self, ground, program, python, peer, repositories):
        self.ground, self.program, self.python, self.peer_name, self.repositories = ground, program, python, peer, repositories
        self.kept = os.path.join(ground.folder, f"rpm-md-{peer}")
        self.universe = os.path.join(ground.folder, "rpm-md.universe")
        self.answers = {}

    def measure(self, again):
        words = "again, from the kept form" if again else "from the compressed text"
        row = Comparison(self.ground, "metadata", f"CentOS Stream 9's primary and filelists, {words}, beside {self.peer_name}", 1.0,
                         page=f"rpm-md-{'again' if again else 'parse'}-{self.peer_name}", unit="ms")
        row.notes.append("repositories: " + ", ".join(f"{name} (primary {megabytes(primary)}, filelists {megabytes(filelists)})" for name, _, primary, filelists in self.repositories))
        row.notes.append("a process for each load, and the clock inside it, so that neither side's start counts; " + self.words(again))
        row.measure(lambda: self.ours(again), lambda: self.peer(again), lambda _: self.check())
        if not self.ground.peer_only:
            row.notes.append(f"kept form: ez {self.answers['ez']['bytes'] / 1e6:.1f} MB, {self.peer_name} {self.answers[self.peer_name]['bytes'] / 1e6:.1f} MB")
        return row

    def words(self, again):
        theirs = "libsolv's Python binding: `add_rpmmd` of both, `createwhatprovides`, `write` of the .solv" if self.peer_name == "libsolv" \
            else "dnf's own loader (libdnf by python3-hawkey): `load_repo` with filelists, which writes .solv and .solvx"
        if again:
            return f"ours maps the file and checks its digest; {self.peer_name} loads " + (".solv and indexes what provides what" if self.peer_name == "libsolv" else ".solv and .solvx")
        return f"ours: parse, index, write the parsed form, map it (of filelists it keeps the paths that are asked for, the peer all); {theirs}"

    def ours(self, again):
        folders = [os.path.dirname(os.path.dirname(repomd)) for _, repomd, _, _ in self.repositories]
        if not again and os.path.exists(self.universe):
            os.remove(self.universe)
        command = ["rpm-again", self.universe] if again else ["rpm-parse", self.universe, ASKED, *folders]
        self.answers["ez"] = json.loads(run_command([self.program, *command]))
        return self.answers["ez"]["ms"]

    def peer(self, again):
        if not again:
            self.ground.fresh(self.kept)
        lines = [" ".join(repository) for repository in self.repositories]
        self.answers[self.peer_name] = json.loads(run_command([self.python, "-c", PEERS[self.peer_name], self.kept, "again" if again else "parse", *lines]))
        return self.answers[self.peer_name]["ms"]

    def check(self):
        ours, theirs = (self.answers[who] for who in ["ez", self.peer_name])
        for what in ["packages", "bash"]:
            if ours[what] != theirs[what] or ours[what] == 0:
                raise SystemExit(f"{what}: ez has {ours[what]}, {self.peer_name} {theirs[what]}")
        return f"{ours['packages']} packages, the same"


def metadata():
    """`id REPOMD PRIMARY FILELISTS` of each folder that EZ_BENCH_RPMMD names, separated by colons, or of those beside the checkout."""
    shared = os.environ.get("EZ_SHARED", os.path.join(ROOT, "..", "shared"))
    named = os.environ.get("EZ_BENCH_RPMMD")
    folders = named.split(":") if named else sorted(glob.glob(os.path.join(shared, "conformance/rpm/cs9-*")))
    if not folders:
        raise SystemExit("EZ_BENCH_RPMMD must name folders with the `repodata` of CentOS Stream 9's BaseOS and AppStream")

    def only(folder, pattern):
        found = glob.glob(os.path.join(folder, "repodata", pattern))
        if len(found) != 1 or " " in found[0]:
            raise SystemExit(f"`{folder}/repodata` must have one file `{pattern}`")
        return os.path.abspath(found[0])

    return [(os.path.basename(os.path.normpath(folder)), only(folder, "repomd.xml"), only(folder, "*-primary.xml.*"), only(folder, "*-filelists.xml.*")) for folder in folders]


def megabytes(path):
    return f"{os.path.getsize(path) / 1e6:.1f} MB" if os.path.getsize(path) > 50_000 else "empty"
