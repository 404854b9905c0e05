"""Row 7: environments rolled back by one command and a changed file then read in each, beside umount and mount(8) in a loop."""
import os
import statistics
import subprocess

from comparison import Comparison
from fleet import Fleet, names, remove_below, shell
from ground import timed

CHANGED = "etc/ez-bench"

MOUNT = """
lower=$1 place=$2 count=$3 number=0
while [ $number -lt $count ]; do
  mountpoint -q "$place/$number/root" && umount "$place/$number/root"
  mkdir -p "$place/$number/upper" "$place/$number/work" "$place/$number/root"
  mount -t overlay -o "lowerdir=$lower,upperdir=$place/$number/upper,workdir=$place/$number/work" none "$place/$number/root"
  number=$((number + 1))
done
"""

ROLL_BACK = """
lower=$1 place=$2 count=$3 number=0
while [ $number -lt $count ]; do
  umount "$place/$number/root"
  mount -t overlay -o "lowerdir=$lower,upperdir=$place/$number/upper,workdir=$place/$number/work" none "$place/$number/root"
  number=$((number + 1))
done
number=0
while [ $number -lt $count ]; do
  read -r line < "$place/$number/root/etc/ez-bench"
  [ "$line" = 1 ]
  number=$((number + 1))
done
"""

OURS = """
ez=$1 store=$2; shift 2
"$ez" rollback --store "$store" --quiet "$@" > /dev/null
for name; do
  read -r line < "$store/environments/$name/root/etc/ez-bench"
  [ "$line" = 1 ]
done
"""


def run(ground):
    disk = ground.disk()
    fleet = Fleet(ground, disk)
    older = fleet.plain_tree(os.path.join(disk, "tree-1"))
    fleet.next_version()
    trees = older, fleet.plain_tree(os.path.join(disk, "tree-2"))
    rows = [measure(ground, fleet, trees, count, target) for count, target in [(100, 2.0), (1000, 8.0)] if count in (ground.counts or [100, 1000])]
    ground.release_disk()
    return rows


def measure(ground, fleet, trees, count, target):
    row = Comparison(ground, "rollback", f"Row 7: roll {count} environments back and read a changed file in each", target, page=f"row7-{count}")
    row.notes.append("both sides' views are mounted before, and show the older version after; peer: `umount` and `mount -t overlay` in a loop; ours: `ez rollback NAME...`")
    row.notes.append(f"the start of ez, inside its times: {start_up(ground):.3f} s")
    place = ground.fresh(os.path.join(fleet.disk, "mounts"))
    fleet.ez_env("create", *names(count), "--template", "debian-12@1.0.0", "--run", "/bin/true")

    def ours():
        fleet.ez("upgrade", *names(count))
        settle(fleet.disk)
        return timed(shell(OURS, ground.ez(), fleet.store, *names(count)), sync=fleet.disk)

    def peer():
        subprocess.run(shell(MOUNT, trees[1], place, str(count)), check=True)
        settle(fleet.disk)
        return timed(shell(ROLL_BACK, trees[0], place, str(count)), sync=fleet.disk)

    def check(_):
        mine = {read(os.path.join(fleet.store, "environments", name, "root", CHANGED)) for name in names(count)}
        theirs = {read(os.path.join(place, str(number), "root", CHANGED)) for number in range(count)}
        if mine != {"1\n"} or theirs != {"1\n"}:
            raise SystemExit(f"ez shows {mine}, the peer {theirs}")
        return f"{count} views of the older version"

    row.measure(ours, peer, check)
    remove_below(place)
    fleet.ez_env("remove", *names(count))
    return row


def settle(disk):
    subprocess.run(["sync", "-f", disk], check=True)


def start_up(ground):
    return statistics.median(timed([ground.ez(), "version"]) for _ in range(11))


def read(path):
    with open(path) as file:
        return file.read()
