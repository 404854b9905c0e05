"""Row 8: the memory of environments that each map one large library, as PSS, beside reflinked copies."""
import mmap
import os
import signal

from comparison import Comparison
from fleet import Fleet, names
from ground import run as run_command


def run(ground):
    disk = ground.disk("xfs")
    fleet = Fleet(ground, disk, whole=True)
    rows = [measure(ground, fleet, count) for count in ground.counts or [10, 50]]
    ground.release_disk()
    return rows


def measure(ground, fleet, count):
    # A tenth is for rounding: PSS is told in kB for each mapping.
    row = Comparison(ground, "memory", f"Row 8: memory of {count} environments that map one library", count * 0.9, page=f"row8-{count}", unit="MB")
    fleet.ez_env("create", *names(count), "--template", "debian-12", "--run", "/bin/true")
    roots = [os.path.join(fleet.store, "environments", name, "root") for name in names(count)]
    library = largest(roots[0])
    views = [os.path.join(root, library) for root in roots]
    copies = [os.path.join(fleet.disk, f"copy{number}") for number in range(count)]
    for number, copy in enumerate(copies):
        run_command(["cp", "--reflink=always", copies[0], copy] if number else ["cp", views[0], copy])
    row.notes.append(f"PSS of {count} processes, each with all of /{library} ({os.path.getsize(views[0]) / 1e6:.0f} MB) mapped and read, from an environment each; "
                     "peer: from a reflinked copy each (`cp --reflink=always`), on the same xfs")
    seen = {}

    def ours():
        seen["ez"], megabytes = mapped(views)
        return megabytes

    def peer():
        seen["peer"], megabytes = mapped(copies)
        return megabytes

    def check(_):
        if len({*seen["ez"], *seen["peer"]}) != 1:
            raise SystemExit("the processes read different bytes")
        return f"{count} processes a side, the same bytes"

    row.measure(ours, peer, check)
    fleet.ez_env("remove", *names(count))
    for copy in copies:
        os.remove(copy)
    return row


def largest(root):
    sizes = {}
    for folder, _, files in os.walk(os.path.join(root, "usr/lib")):
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path) and ".so" in name:
                sizes[os.path.relpath(path, root)] = os.path.getsize(path)
    return max(sizes, key=sizes.get)


def mapped(files):
    """Maps each file in a process of its own; the processes' answers, and their PSS of these mappings in MB while all of them live."""
    children, answers = [], []
    try:
        for file in files:
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                hold(file, writing)
            os.close(writing)
            children.append((child, reading))
        answers = [os.read(reading, 64) for _, reading in children]
        kilobytes = sum(proportional(child, os.path.basename(file)) for (child, _), file in zip(children, files))
    finally:
        for child, reading in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(reading)
    return answers, kilobytes / 1000


def hold(file, writing):
    """Touches every page, tells a sum over them, and stays."""
    descriptor = os.open(file, os.O_RDONLY)
    memory = mmap.mmap(descriptor, 0, mmap.MAP_SHARED, mmap.PROT_READ)
    os.write(writing, str(sum(memory[place] for place in range(0, len(memory), mmap.PAGESIZE))).encode())
    while True:
        signal.pause()


def proportional(process, name):
    total, ours = 0, False
    with open(f"/proc/{process}/smaps") as maps:
        for line in maps:
            if "-" in line.split()[0]:
                ours = line.rstrip().endswith("/" + name)
            elif ours and line.startswith("Pss:"):
                total += int(line.split()[1])
    return total
