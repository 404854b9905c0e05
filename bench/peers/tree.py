"""Compares two trees of one system, but for what may differ in any."""
import hashlib
import os
import re
import stat

from ground import ROOT

# Beside the list of the tests: what two builds of anything differ in, what a cluster or a key is, and each environment's own.
ALLOWED = ["/etc/hostname", "/etc/hosts", "/etc/machine-id", "/etc/apt/sources.list", "/etc/apt/sources.list.d/*", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-",
           "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/postgresql/*", "/var/lib/postgresql/*", "/etc/ssl/certs/*", "/etc/ssl/private/*",
           "/var/lib/systemd/*", "/var/log/*", "/run/*", "/tmp/*", "/var/tmp/*", "/var/lib/apt/lists/*", "/var/cache/apt/*", "/var/lib/ucf/*", "/var/cache/ldconfig/*", "/root/*",
           # What marshal(3py) writes depends on who else has a reference to a constant.
           "/usr/share/python3/debpython/__pycache__/*"]


def compare(ours, theirs, epoch, whole, more=()):
    """A line about both, or an exit that says where they differ. What was generated has the epoch for its time, or a later one; `more` may differ, too."""
    with open(os.path.join(ROOT, "tests/EzTemplates.Cli.Tests/Real/peer-differences.txt")) as file:
        allowed = ALLOWED + list(more) + [line.split("  # ")[0].strip() for line in file if line.startswith("/")]
    pattern = re.compile("|".join("^" + re.escape(path).replace("\\*", ".*") + "$" for path in allowed))
    one, other = listed(ours, epoch, whole, pattern), listed(theirs, epoch, whole, pattern)
    differing = sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))
    if differing:
        raise SystemExit(f"{len(differing)} paths differ:\n" + "\n".join(f"{path}: {one.get(path)} | {other.get(path)}" for path in differing[:30]))
    return f"{len(one)} paths{', each the same with its content' if whole else ''}"


def listed(root, epoch, whole, pattern):
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            shown = path[len(root):]
            if not pattern.match(shown):
                found[shown] = described(path, epoch) if whole else stat.S_IFMT(os.lstat(path).st_mode)
    return found


def described(path, epoch):
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFLNK:
        return "link", os.readlink(path)
    if kind == stat.S_IFREG:
        with open(path, "rb") as file:
            return "file", stat.S_IMODE(status.st_mode), min(int(status.st_mtime), epoch), hashlib.file_digest(file, "sha256").hexdigest()
    return kind, stat.S_IMODE(status.st_mode)
