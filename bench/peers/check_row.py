"""Row 9: whether every package of the archive can be installed, beside libsolv's `installcheck`, both from the text of the index."""
import json
import lzma
import os
import re
import subprocess

from comparison import Comparison
from ground import timed

ARCHITECTURE = "amd64"


def run(ground):
    index = index_of(ground)
    row = Comparison(ground, "check", "Row 9: check that every package of the archive can be installed", 1.0)
    row.notes.append(f"peer: `installcheck {ARCHITECTURE} Packages`; ours: `ez repo check Packages`, the whole process, which also says why; both read the same uncompressed file")
    theirs = ["installcheck", ARCHITECTURE, index]
    mine = [] if ground.peer_only else [ground.ez(), "repo", "check", "--json", "--store", os.path.join(ground.folder, "check-store"), index]

    def check(_):
        said, found = broken_by_installcheck(theirs), broken_by_ez(mine)
        if said != found:
            raise SystemExit(f"the verdicts differ: {sorted(said ^ found)[:20]}")
        return f"{len(found)} broken, the same"

    return row.measure(lambda: timed_any(mine), lambda: timed_any(theirs), check)


def index_of(ground):
    """Debian's main as text: EZ_BENCH_PACKAGES, or that of the archive which the rows share."""
    named = os.environ.get("EZ_BENCH_PACKAGES")
    if named:
        return os.path.abspath(named)
    archive = ground.archive.prepare()
    text = os.path.join(ground.folder, "Packages")
    if not os.path.exists(text):
        found = [os.path.join(folder, "Packages.xz") for folder, _, files in os.walk(archive.served)
                 if "Packages.xz" in files and "/bookworm/" in folder and "by-hash" not in folder]
        with lzma.open(found[0]) as packed, open(text, "wb") as plain:
            plain.write(packed.read())
    return text


def timed_any(command):
    """Both programs end with a status of their own where something is broken."""
    return timed(["sh", "-c", '"$@"; [ $? -le 3 ]', "sh", *command])


def broken_by_installcheck(command):
    output = subprocess.run(command, capture_output=True, text=True).stdout
    return {found[1].rsplit(".", 1)[0] for found in re.finditer(r"(?m)^can't install (\S+):", output)}


def broken_by_ez(command):
    report = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    return {f"{row['name']}-{row['version']}" for row in report["broken"]}
