"""Row 2: build the next version, in which 15 packages changed, with a warm store, beside mmdebstrap; and bring it to a fleet, beside apt-get upgrade."""
import json
import os
import shutil
import time

from archive import APPLICATIONS
from build_row import Build, compare, mmdebstrap, serve_pool, sources
from comparison import Comparison
from ground import run as run_command, timed
from serving import Serving

# In every BIG: some that are the OS's, and some that only the applications bring.
OF_OS = ["bash", "coreutils", "dpkg", "apt", "tzdata", "libssl3", "grep", "sed", "tar", "gzip", "libzstd1", "perl-base", "passwd", "mount", "util-linux"]
OF_APPS = ["nginx", "nginx-common", "postgresql-15", "postgresql-common", "python3.11-minimal", "libpython3.11-stdlib", "python3-minimal", "gcc-12", "g++-12",
           "cpp-12", "make", "binutils", "patch", "libpq5", "ssl-cert"]
ENVIRONMENTS = 100
ROOTS = 3


def run(ground):
    ground.archive.prepare()
    served = serve_pool(ground.archive)
    rows = []
    with Serving(served) as server:
        for page, target, recipe, names in [("row2-flat", 2.5, "big", OF_OS), ("row2-app", 5.0, "apps", OF_APPS)]:
            if not ground.wants(page):
                continue
            changed = change(ground.archive, served, page, names)
            build = NextVersion(ground, server, recipe, page)
            words = "all of its packages' scripts run again" if recipe == "big" else "the changes lie in the application, and the OS is there"
            row = Comparison(ground, "next", f"Row 2: build the next version, {changed} changed packages, warm store; {words}", target, page)
            row.notes.append("peer: mmdebstrap of all packages, the changed ones among them; ours: `ez update`, where the store has the version before")
            row.measure(build.ours, build.peer, build.check)
            if not ground.peer_only:
                row.notes.append("steps of the last pair: " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in build.steps()))
                if recipe == "apps":
                    row.notes.append(build.fleet())
            ground.release_disk()
            rows.append(row)

            # The other rows ask every archive that is served for what Debian's have.
            shutil.rmtree(os.path.join(served, page))
    return rows


def change(archive, served, suite, names):
    """Serves each package again with a higher version and one file more, in a repository of its own."""
    place = os.path.join(served, suite)
    shutil.rmtree(place, ignore_errors=True)
    pool = os.path.join(place, "pool")
    os.makedirs(pool)
    count = 0
    for deb in archive.debs():
        name = os.path.basename(deb).split("_")[0]
        if name not in names:
            continue
        count += 1
        work = os.path.join(place, "work")
        run_command(["dpkg-deb", "-R", deb, work])
        control = os.path.join(work, "DEBIAN/control")
        with open(control) as file:
            text = file.read()
        version = next(line.split(": ", 1)[1] for line in text.splitlines() if line.startswith("Version: "))
        # What depends on this very version goes on being satisfied.
        provides = f"{name} (= {version})"
        lines = [f"Version: {version}+next1" if line.startswith("Version: ") else f"{line}, {provides}" if line.startswith("Provides: ") else line for line in text.splitlines()]
        if not any(line.startswith("Provides: ") for line in lines):
            lines.insert(2, f"Provides: {provides}")
        with open(control, "w") as file:
            file.write("\n".join(lines) + "\n")
        os.makedirs(os.path.join(work, "usr/share/next"), exist_ok=True)
        with open(os.path.join(work, "usr/share/next", name), "w") as file:
            file.write(version + "\n")
        run_command(["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "-b", work, pool])
        shutil.rmtree(work)
    packages = run_command(["dpkg-scanpackages", "--multiversion", "pool"], cwd=place)
    index = os.path.join(place, "dists/next/main/binary-amd64")
    os.makedirs(index)
    with open(os.path.join(index, "Packages"), "w") as file:
        file.write(packages)
    digest, size = run_command(["sha256sum", os.path.join(index, "Packages")]).split()[0], os.path.getsize(os.path.join(index, "Packages"))
    date = time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime())
    with open(os.path.join(place, "dists/next/Release"), "w") as file:
        file.write(f"Suite: next\nCodename: next\nDate: {date}\nArchitectures: amd64\nComponents: main\nSHA256:\n {digest} {size} main/binary-amd64/Packages\n")
    return count


class NextVersion(Build):
    """The version before is built once; each pair goes on from a copy of its store, recipes and locks."""

    def __init__(self, ground, server, recipe, suite):
        super().__init__(ground, server, recipe)
        self.suite = suite
        self.before = os.path.join(self.disk, "before")
        if not ground.peer_only:
            self.before_recipes = os.path.join(self.disk, "before-recipes")
            os.rename(self.store, self.before)
            shutil.copytree(self.recipes, self.before_recipes)
            path = os.path.join(self.before_recipes, "debian-12.yaml" if recipe == "apps" else "big.yaml")
            target = os.path.join(self.before_recipes, recipe + ".yaml")
            extra = f"  - {{id: {suite}, mirrors: [\"{server.address(suite)}\"], suites: [next], components: [main], trust: unsigned, priority: 600}}\n"
            with open(target) as file:
                text = file.read()
            text = text.replace("packages:", "repositories:\n" + extra + "packages:", 1) if path != target else text.replace("repositories:\n", "repositories:\n" + extra, 1)
            with open(target, "w") as file:
                file.write(text)

    def ours(self):
        if not hasattr(self, "before_recipes"):
            return super().ours()
        shutil.rmtree(self.store, ignore_errors=True)
        run_command(["cp", "-a", "--reflink=auto", self.before, self.store])
        shutil.rmtree(self.recipes)
        shutil.copytree(self.before_recipes, self.recipes)
        run_command(["sync", "-f", self.disk])
        self.report = os.path.join(self.disk, "report")
        script = 'ez=$1; report=$2; shift 2; exec "$ez" update "$@" --json >"$report"'
        return timed(["sh", "-c", script, "sh", self.ground.ez(), self.report, "--store", self.store, *self.server.mirrors(), os.path.join(self.recipes, self.recipe + ".yaml")], sync=self.disk)

    def peer(self):
        shutil.rmtree(self.tree, ignore_errors=True)
        lines = sources(self.ground.archive, self.server) + [f"deb [trusted=yes] {self.server.address(self.suite)} next main"]
        return timed(mmdebstrap(self.tree, APPLICATIONS, lines), sync=self.disk, environment=dict(os.environ, SOURCE_DATE_EPOCH=self.epoch, LC_ALL="C.UTF-8"))

    def check(self, number):
        with open(os.path.join(self.recipes, f"{self.recipe}.amd64.lock.json")) as file:
            held = json.load(file)
        moved = sum("+next1" in row["version"] for row in held["packages"])
        self.epoch = str(held["epoch"])
        if moved == 0:
            raise SystemExit("no package moved")
        # The peer's generated files have the epoch of the pair before: times are compared from the second pair on.
        return f"{moved} moved; " + compare(self.ground, self.store, self.recipe, (self.tree, int(self.epoch)), number + 1)

    def fleet(self):
        """`ez update` once and `ez upgrade --all`, beside apt-get upgrade in some roots, one after the other."""
        ez, names = [self.ground.ez(), "--store", self.store], [f"e{number}" for number in range(ENVIRONMENTS)]
        shutil.rmtree(self.store, ignore_errors=True)
        run_command(["cp", "-a", self.before, self.store])
        shutil.rmtree(self.recipes)
        shutil.copytree(self.before_recipes, self.recipes)
        run_command([*ez, "env", "create", *names, "--template", self.recipe])
        update = timed([*ez, "update", *self.server.mirrors(), os.path.join(self.recipes, self.recipe + ".yaml")], sync=self.disk)
        upgrade = timed([*ez, "upgrade", "--all"], sync=self.disk)
        run_command([*ez, "env", "remove", *names])
        seconds = []
        for number in range(ROOTS):
            shutil.rmtree(self.tree, ignore_errors=True)
            run_command(mmdebstrap(self.tree, APPLICATIONS, sources(self.ground.archive, self.server)))
            with open(os.path.join(self.tree, "etc/apt/sources.list"), "a") as file:
                file.write(f"deb [trusted=yes] {self.server.address(self.suite)} next main\n")
            script = "apt-get -q -o Acquire::Languages=none update && DEBIAN_FRONTEND=noninteractive apt-get -q -y upgrade"
            seconds.append(timed(["unshare", "--mount", "--pid", "--fork", "sh", "-c", 'mount -t proc proc "$1/proc" && exec chroot "$1" sh -c "$2"', "sh", self.tree, script], sync=self.disk))
        one = sum(seconds) / ROOTS
        return (f"{ENVIRONMENTS} environments: `ez update` {update:.2f} s once, `ez upgrade --all` {upgrade:.2f} s; `apt-get update && apt-get upgrade` in {ROOTS} chroots: "
                f"{', '.join(f'{value:.2f}' for value in seconds)} s each, which for {ENVIRONMENTS} would be {one * ENVIRONMENTS:.0f} s (extrapolated)")
