"""A mounted tree as JSON lines, seen by a process whose root it is, so that the kernel follows its links as programs inside do.

Argument: the tree's root. Standard input: paths to resolve, a NUL after each; the answers come first: where the path is once the
links above it are followed, and where once its own are, too. Then a line a path of the tree. Names are bytes, written as Latin-1.
"""
import hashlib
import json
import os
import stat
import sys

TYPES = {
    stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFCHR: "c", stat.S_IFBLK: "b", stat.S_IFIFO: "p", stat.S_IFSOCK: "s",
}


def write(row):
    sys.stdout.write(json.dumps(row) + "\n")


def latin1(name):
    return name.decode("latin-1")


def attribute(path, name):
    """A capability with its value; others hold numbers of users, which two trees may have unlike."""
    value = os.getxattr(path, name, follow_symlinks=False).hex() if name == "security.capability" else ""
    return latin1(os.fsencode(name)) + ("=" + value if value else "")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe(path):
    status = os.lstat(path)
    kind = TYPES[stat.S_IFMT(status.st_mode)]
    write({
        "path": latin1(path), "type": kind, "mode": stat.S_IMODE(status.st_mode), "uid": status.st_uid, "gid": status.st_gid,
        "mtime": str(status.st_mtime_ns), "content": digest(path) if kind == "f" else "",
        "target": latin1(os.readlink(path)) if kind == "l" else "",
        "device": f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}" if kind in "cb" else "",
        "inode": str(status.st_ino), "links": status.st_nlink, "size": status.st_size,
        "xattrs": sorted(attribute(path, name) for name in os.listxattr(path, follow_symlinks=False)),
    })


asked = [path.encode("latin-1") for path in sys.stdin.buffer.read().decode("utf-8").split("\0") if path]
os.chroot(sys.argv[1])
os.chdir("/")
for path in asked:
    above = os.path.realpath(os.path.dirname(path)).rstrip(b"/")
    write({"parent": latin1(above + b"/" + os.path.basename(path)), "whole": latin1(os.path.realpath(path))})
describe(b"/")
for folder, folders, files in os.walk(b"/"):
    for name in sorted(folders + files):
        describe(os.path.join(folder, name))
