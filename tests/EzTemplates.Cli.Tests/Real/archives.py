"""What .deb files hold, as JSON lines, by dpkg-deb and Python's tarfile: none of it is read by ez's own readers.

Standard input: paths of .deb files, one a line. For each, a line with the package's name, version and Replaces, then a line
an entry. Names are bytes, written as Latin-1.
"""
import hashlib
import json
import subprocess
import sys
import tarfile

TYPES = {
    tarfile.REGTYPE: "f", tarfile.AREGTYPE: "f", tarfile.DIRTYPE: "d", tarfile.SYMTYPE: "l", tarfile.LNKTYPE: "h",
    tarfile.CHRTYPE: "c", tarfile.BLKTYPE: "b", tarfile.FIFOTYPE: "p",
}


def latin1(name):
    return name.encode("utf-8", "surrogateescape").decode("latin-1")


def absolute(name):
    return "/" + latin1(name).removeprefix("./").strip("/").removeprefix(".")


def field(deb, name):
    return subprocess.run(["dpkg-deb", "--field", deb, name], check=True, capture_output=True, text=True).stdout.strip()


def write(row):
    sys.stdout.write(json.dumps(row) + "\n")


for deb in sys.stdin.read().splitlines():
    write({"package": field(deb, "Package"), "version": field(deb, "Version"), "replaces": field(deb, "Replaces")})
    unpacking = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
    with tarfile.open(fileobj=unpacking.stdout, mode="r|", encoding="utf-8", errors="surrogateescape") as tar:
        for member in tar:
            kind = TYPES[member.type]
            content = hashlib.sha256(tar.extractfile(member).read()).hexdigest() if kind == "f" else ""
            target = absolute(member.linkname) if kind == "h" else latin1(member.linkname)
            device = f"{member.devmajor}:{member.devminor}" if kind in "cb" else ""
            write({
                "path": absolute(member.name), "type": kind, "mode": member.mode & 0o7777, "uid": member.uid, "gid": member.gid,
                "mtime": str(member.mtime * 10**9), "content": content, "target": target, "device": device,
            })
    unpacking.stdout.read()
    if unpacking.wait() != 0:
        sys.exit(f"dpkg-deb ended with {unpacking.returncode} on {deb}")
