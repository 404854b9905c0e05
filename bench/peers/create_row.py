"""Row 6: environments that each ran /bin/true, from one command, beside podman where it starts containers, and a loop of mount(8) and chroot."""
import os
import shutil
import statistics
import subprocess
import time

from comparison import Comparison
from fleet import Fleet, names, remove_below, shell
from ground import run as run_command, timed
from podman import limited

MOUNTS = """
tree=$1 place=$2 count=$3 number=0
while [ $number -lt $count ]; do
  mkdir "$place/$number" "$place/$number/upper" "$place/$number/work" "$place/$number/root"
  mount -t overlay -o "lowerdir=$tree,upperdir=$place/$number/upper,workdir=$place/$number/work" none "$place/$number/root"
  chroot "$place/$number/root" /bin/true
  number=$((number + 1))
done
"""


def run(ground):
    disk = ground.disk()
    fleet = Fleet(ground, disk)
    tree = fleet.plain_tree(os.path.join(disk, "tree"))
    podman = Podman(ground, disk, tree)
    rows = [measure(ground, fleet, tree, podman, count) for count in ground.counts or [10, 100, 1000]]
    podman.close()
    ground.release_disk()
    return rows


def measure(ground, fleet, tree, podman, count):
    # What the target speaks of is 100 environments beside podman; where that does not start containers, and for more, the loop stands in.
    beside_podman = podman.starts and count <= 100
    row = Comparison(ground, "create", f"Row 6: create {count} environments and run /bin/true in each", 10.0, page=f"row6-{count}")
    place = ground.fresh(os.path.join(fleet.disk, "mounts"))
    row.notes.append(f"peer: `{'podman create` and `podman start' if beside_podman else 'mount -t overlay` and `chroot DIR /bin/true'}` in a loop; "
                     "ours: `ez env create NAME... --template debian-12 --run /bin/true`")
    row.notes.append(podman.describe())

    def ours():
        remove_all(fleet)
        return timed(fleet.env("create", *names(count), "--template", "debian-12", "--run", "/bin/true"), sync=fleet.disk)

    def peer():
        if beside_podman:
            podman.clear()
            return podman.create(count) + podman.start(count)
        remove_below(place)
        return timed(shell(MOUNTS, tree, place, str(count)), sync=fleet.disk)

    def check(_):
        mine = fleet.environments()
        if len(mine) != count or not all(environment["mounted"] for environment in mine):
            raise SystemExit(f"{len(mine)} environments, not all mounted, in place of {count}")
        theirs = podman.count() if beside_podman else sum(os.path.exists(os.path.join(place, name, "root/bin/true")) for name in os.listdir(place))
        if theirs != count:
            raise SystemExit(f"the peer has {theirs} roots in place of {count}")
        return f"{count} roots, /bin/true ended with 0 in each"

    row.measure(ours, peer, check)
    if beside_podman and not ground.peer_only:
        compare_loop(row, fleet, tree, place, count, ours)
    remove_below(place)
    if count <= 100 and not ground.peer_only:
        compare_creation(row, fleet, podman, count)
    remove_all(fleet)
    return row


def compare_loop(row, fleet, tree, place, count, ours):
    """What somebody would write by hand, without any sandbox, in pairs of its own; no target speaks of it where podman runs."""
    ratios = []
    for _ in range(row.ground.pairs):
        mine = ours()
        remove_below(place)
        ratios.append(timed(shell(MOUNTS, tree, place, str(count)), sync=fleet.disk) / mine)
    row.notes.append(f"beside `mount -t overlay` and `chroot DIR /bin/true` in a loop, which makes no namespace, no /dev, /proc or /sys: "
                     f"{statistics.median(ratios):.2f}x ({min(ratios):.2f} .. {max(ratios):.2f})")


def compare_creation(row, fleet, podman, count):
    """Creation alone, in pairs of its own."""
    ratios, mine = [], []
    for _ in range(row.ground.pairs):
        remove_all(fleet)
        podman.clear()
        mine.append(timed(fleet.env("create", *names(count), "--template", "debian-12"), sync=fleet.disk))
        ratios.append(podman.create(count) / mine[-1])
    podman.clear()
    row.require(f"creation alone at least 30x faster than `podman create` (is {statistics.median(ratios):.0f}x, {min(ratios):.0f} .. {max(ratios):.0f}; "
                f"ez {statistics.median(mine):.3f} s)", statistics.median(ratios) >= 30)


def remove_all(fleet):
    there = [environment["name"] for environment in fleet.environments()]
    if there:
        fleet.ez_env("remove", *there)


class Podman:
    """podman with a storage of its own on the same disk, and whether it can start anything here."""

    def __init__(self, ground, disk, tree):
        self._place = os.path.join(disk, "podman")
        self._disk = disk
        self._flags = ["--root", f"{self._place}/root", "--runroot", f"{self._place}/run"]
        self._why = "podman is not installed"
        self.starts, self.creates = False, shutil.which("podman") is not None
        if self.creates:
            os.environ.update(limited(self._place))
            packed = os.path.join(self._place, "tree.tar")
            run_command(["tar", "-C", tree, "-cf", packed, "."])
            run_command(["podman", *self._flags, "import", packed, "ez-bench"])
            os.remove(packed)
            self.create(1)
            started = subprocess.run(["podman", *self._flags, "start", "--attach", names(1)[0]], capture_output=True, text=True)
            self.starts, self._why = started.returncode == 0, started.stderr.strip()[-200:]
            self.clear()

    def describe(self):
        return "podman starts containers here" if self.starts else f"podman starts no container here: {self._why}"

    def create(self, count):
        script = 'flags=$1; shift; for name; do podman $flags create --network none --name "$name" ez-bench /bin/true > /dev/null; done'
        return timed(shell(script, " ".join(self._flags), *names(count)), sync=self._disk)

    def start(self, count):
        script = 'flags=$1; shift; for name; do podman $flags start --attach "$name"; done'
        return timed(shell(script, " ".join(self._flags), *names(count)), sync=self._disk)

    def count(self):
        return len(run_command(["podman", *self._flags, "ps", "--all", "--quiet"]).split())

    def clear(self):
        run_command(["podman", *self._flags, "rm", "--all", "--force"])

    def close(self):
        if self.creates:
            self.clear()
            with open("/proc/self/mountinfo") as table:
                below = [line.split()[4] for line in table if line.split()[4].startswith(self._place)]
            for point in reversed(below):
                subprocess.run(["umount", point], check=False)
