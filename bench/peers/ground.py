"""What the rows share: folders, the programs under test, the disk, and the clock."""
import os
import platform
import shutil
import subprocess
import sys
import time

from archive import Archive

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def own_mount_namespace():
    """Starts this program again in its own mount namespace: whatever ends it, no mount and no loop device stays."""
    if os.geteuid() == 0 and os.environ.get("EZ_BENCH_NAMESPACE") != "own":
        environment = dict(os.environ, EZ_BENCH_NAMESPACE="own")
        os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv], environment)


def run(command, **options):
    """Runs to the end; a failure carries what the program said."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"`{' '.join(command)}` ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def timed(command, sync=None, environment=None):
    """Wall seconds of a command, with `sync -f` on a path at its end."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    if sync:
        subprocess.run(["sync", "-f", sync], check=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"`{' '.join(command)}` ended with {done.returncode}:\n{done.stderr[-4000:]}")
    return seconds


class Ground:
    def __init__(self, options):
        self.pairs = options.pairs
        self.peer_only = options.peer_only
        self.counts = options.counts
        self.page = options.page
        self.folder = os.path.abspath(options.folder or os.path.join(ROOT, "artifacts", "bench"))
        os.makedirs(self.folder, exist_ok=True)
        self.archive = Archive(self.folder)
        self._ez = options.ez
        self._bench = None

    def wants(self, page):
        return self.page in (None, page)

    def ez(self):
        """ez as its users have it: published, ReadyToRun."""
        if self._ez is None:
            target = os.path.join(self.folder, "ez")
            run(["dotnet", "publish", os.path.join(ROOT, "src/EzTemplates.Cli"), "-c", "Release", "-o", target, "-v", "quiet", "--nologo"])
            self._ez = os.path.join(target, "ez")
        return self._ez

    def bench_program(self):
        """The console program that calls the store without the rest of ez."""
        if self._bench is None:
            target = os.path.join(self.folder, "bench-program")
            run(["dotnet", "publish", os.path.join(ROOT, "bench/EzTemplates.Bench"), "-c", "Release", "-o", target, "-v", "quiet", "--nologo"])
            self._bench = os.path.join(target, "EzTemplates.Bench")
        return self._bench

    def disk(self, kind="ext4"):
        """An empty file system on a loop file; the loop device goes with the mount (autoclear), the mount with the namespace."""
        image, point = os.path.join(self.folder, "disk.img"), os.path.join(self.folder, "disk")
        os.makedirs(point, exist_ok=True)
        if os.geteuid() != 0:
            raise SystemExit("a disk of its own needs root")
        if os.path.exists(image):
            os.remove(image)
        run(["truncate", "-s", "8G", image])
        run(["mkfs.xfs", "-q", image] if kind == "xfs" else ["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image])
        run(["mount", "-o", "loop", image, point])
        return point

    def memory(self):
        """An empty folder on a tmpfs of its own, for rows that are not about the disk; it goes with the namespace."""
        point = os.path.join(self.folder, "memory")
        os.makedirs(point, exist_ok=True)
        if os.geteuid() != 0:
            raise SystemExit("a tmpfs of its own needs root")
        run(["mount", "-t", "tmpfs", "-o", "size=2G", "none", point])
        return point

    def release_disk(self):
        point, image = os.path.join(self.folder, "disk"), os.path.join(self.folder, "disk.img")
        run(["umount", point])
        os.remove(image)

    @staticmethod
    def fresh(folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder

    @staticmethod
    def machine():
        model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
        memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
        system = next((line.split("=", 1)[1].strip().strip('"') for line in open("/etc/os-release") if line.startswith("PRETTY_NAME")), "Linux")
        return [
            f"{os.cpu_count()} cores of {model}, {memory / 1048576:.1f} GB of memory",
            f"{system}, kernel {platform.release()}",
            f"load before the run: {os.getloadavg()[0]:.2f}",
            f"dpkg {run(['dpkg-query', '-W', '-f', '${Version}', 'dpkg'])}, apt {run(['dpkg-query', '-W', '-f', '${Version}', 'apt'])}",
            f"commit {subprocess.run(['git', '-C', ROOT, 'rev-parse', '--short=12', 'HEAD'], capture_output=True, text=True).stdout.strip()}",
        ]
