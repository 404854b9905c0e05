"""Row 3: unpack + hash + store BIG, beside `dpkg-deb -x`, two at a time, which hashes and dedupes nothing."""
import hashlib
import json
import os
import shutil
import subprocess
import tarfile

from comparison import Comparison
from ground import timed


def run(ground):
    archive = ground.archive.prepare()
    row = Comparison(ground, "unpack", "Row 3: unpack, hash and store BIG", 1.05)
    row.notes.append(archive.describe() + "; both sides read it from the page cache")
    expected = oracle(archive)
    disk = ground.disk()
    tree, store = os.path.join(disk, "tree"), os.path.join(disk, "store")
    row.notes.append("peer: `ls POOL/*.deb | xargs -n1 -P2 sh -c 'dpkg-deb -x \"$0\" TREE'`; ours: `EzTemplates.Bench ingest POOL STORE` with an empty store")

    def peer():
        ground.fresh(tree)
        script = 'ls "$1"/*.deb | xargs -P2 -I{} dpkg-deb -x {} "$2"'
        return timed(["sh", "-c", script, "sh", archive.pool, tree], sync=disk)

    def ours():
        shutil.rmtree(store, ignore_errors=True)
        return timed([ground.bench_program(), "ingest", archive.pool, store], sync=disk)

    def check(number):
        """The objects are exactly the contents that the packages hold; the peer's tree has a path for each of theirs."""
        objects = object_digests(store)
        if objects != set(expected["contents"]):
            raise SystemExit(f"the store has {len(objects)} objects, the packages {len(expected['contents'])} different contents")
        paths = sum(len(folders) + len(files) for _, folders, files in os.walk(tree))
        if paths != expected["paths"]:
            raise SystemExit(f"the tree has {paths} paths, the packages {expected['paths']}")
        if number == 0:
            verify_objects(store)
        return f"{paths} paths; {len(objects)} objects"

    row.measure(ours, peer, check)
    ground.release_disk()
    return row


def oracle(archive):
    """From dpkg-deb's own tar streams: the digests of all contents (control files too, which a store keeps), and how many different paths there are. Kept, as the pool is."""
    kept = os.path.join(archive.folder, "oracle.json")
    if os.path.exists(kept):
        with open(kept) as file:
            return json.load(file)
    contents, paths = set(), set()
    for deb in archive.debs():
        for stream, is_data in [("--fsys-tarfile", True), ("--ctrl-tarfile", False)]:
            with subprocess.Popen(["dpkg-deb", stream, deb], stdout=subprocess.PIPE) as process:
                with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
                    for member in tar:
                        path = os.path.normpath("/" + member.name)
                        if is_data and path != "/":
                            paths.add(path)
                        if member.isreg():
                            contents.add(hashlib.file_digest(tar.extractfile(member), "sha256").hexdigest())
    found = {"contents": sorted(contents), "paths": len(paths)}
    with open(kept, "w") as file:
        json.dump(found, file)
    return found


def object_digests(store):
    found = set()
    root = os.path.join(store, "store/data/.ez-objects")
    for folder in os.listdir(root):
        found.update(folder + name for name in os.listdir(os.path.join(root, folder)))
    return found


def verify_objects(store):
    root = os.path.join(store, "store/data/.ez-objects")
    for folder in os.listdir(root):
        for name in os.listdir(os.path.join(root, folder)):
            with open(os.path.join(root, folder, name), "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != folder + name:
                    raise SystemExit(f"object {folder}{name} holds something else")
