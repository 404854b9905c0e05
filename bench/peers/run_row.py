"""Throw-away environments: ez run beside a bare chroot and what others have for it, in one run."""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from ground import ROOT, run as run_command
from podman import limited

TARGET = 0.060


def run(ground):
    ez, store, plain = prepare(ground)
    contestants = {
        "chroot": ["unshare", "--mount", "--pid", "--fork", "chroot", plain, "true"],
        "ez run": [ez, "run", "--store", store, "debian-12", "--", "true"],
        "ez run --disk": [ez, "run", "--store", store, "--disk", "debian-12", "--", "true"],
        "systemd-nspawn --ephemeral": ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--as-pid2", "--ephemeral", "-D", plain, "true"],
        "podman run --rm --rootfs": ["podman", "run", "--rm", "--network=host", "--rootfs", plain + ":O", "true"],
    }
    row = Row(ground)
    settings = podman_settings(ground)
    for name, command in contestants.items():
        row.admit(name, command, dict(os.environ, **settings) if name.startswith("podman") else None)
    row.measure()
    row.profile(contestants["ez run"])
    return row


def prepare(ground):
    """A store with debian-12 (once, from this machine's mirror), and the same files as a plain directory."""
    ez, store, plain = ground.ez(), os.path.join(ground.folder, "run-store"), os.path.join(ground.folder, "run-root")
    recipes = os.path.join(ground.folder, "run-recipes")
    if not os.path.exists(plain):
        shutil.copytree(os.path.join(ROOT, "recipes"), recipes, dirs_exist_ok=True)
        run_command([ez, "build", "--store", store, os.path.join(recipes, "debian-12.yaml")])
        run_command([ez, "env", "create", "--store", store, "plain", "--template", "debian-12"])
        view = run_command([ez, "env", "path", "--store", store, "plain"]).strip()
        run_command(["cp", "-a", view, plain + ".new"])
        run_command([ez, "env", "remove", "--store", store, "plain"])
        os.rename(plain + ".new", plain)
    return ez, store, plain


def podman_settings(ground):
    """With a storage of its own."""
    folder = ground.fresh(os.path.join(ground.folder, "run-podman"))
    with open(os.path.join(folder, "storage.conf"), "w") as file:
        file.write(f'[storage]\ndriver = "overlay"\nrunroot = "{folder}/run"\ngraphroot = "{folder}/graph"\n')
    return {**limited(folder), "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf"}


class Row:
    def __init__(self, ground):
        self.ground, self.machine = ground, ground.machine()
        self.runs, self.absent, self.times, self.notes = {}, {}, {}, []

    def admit(self, name, command, environment):
        """Takes part if it runs here at all."""
        if shutil.which(command[0]) is None:
            self.absent[name] = "not installed"
            return
        tried = subprocess.run(command, capture_output=True, text=True, env=environment)
        if tried.returncode != 0:
            self.absent[name] = (tried.stderr.strip().splitlines() or ["no message"])[-1]
            return
        self.runs[name], self.times[name] = (command, environment), []

    def measure(self):
        """Rounds in which each runs once, in another order each time; the first does not count."""
        names = list(self.runs)
        for number in range(self.ground.pairs + 1):
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                command, environment = self.runs[name]
                before, start = os.times(), time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
                wall, after = time.perf_counter() - start, os.times()
                if number > 0:
                    cpu = after.children_user - before.children_user + after.children_system - before.children_system
                    self.times[name].append((wall, cpu))

    def profile(self, command):
        """Where the system calls of one run go, where strace works."""
        if shutil.which("strace") is None:
            return
        with tempfile.NamedTemporaryFile("r") as log:
            traced = subprocess.run(["strace", "-f", "-c", "-S", "calls", "-o", log.name, *command], capture_output=True)
            if traced.returncode == 0:
                rows = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+(\w+)$", log.read(), re.M)
                calls = [f"{count} {call}" for count, call in rows if call != "total"][:12]
                total = next((count for count, call in rows if call == "total"), "?")
                self.notes.append(f"system calls of one `ez run` (strace -f -c): {total}, most of them {', '.join(calls)}")

    def report(self):
        """Prints and writes the page; true if the target holds."""
        median = {name: statistics.median(wall for wall, _ in times) for name, times in self.times.items()}
        above = median["ez run"] - median["chroot"]
        lines = ["# ez run beside a bare chroot, systemd-nspawn and podman", "", f"`bench/compare run --pairs {self.ground.pairs}`, {time.strftime('%Y-%m-%d', time.gmtime())}", ""]
        lines += [f"- {fact}" for fact in self.machine] + ["- each runs `true` in the files of debian-12; one process at a time, page cache warm", ""]
        lines += ["| | median ms | min .. max ms | median cpu ms |", "|---|---|---|---|"]
        for name, times in self.times.items():
            walls, cpus = [wall * 1000 for wall, _ in times], [cpu * 1000 for _, cpu in times]
            lines.append(f"| {name} | {statistics.median(walls):.1f} | {min(walls):.1f} .. {max(walls):.1f} | {statistics.median(cpus):.0f} |")
        lines += ["", f"- {'holds' if above <= TARGET else 'MISSED'}: at most {TARGET * 1000:.0f} ms above the bare chroot (is {above * 1000:.1f} ms)"]
        lines += [f"- left out: {name} ({why})" for name, why in self.absent.items()] + [f"- {note}" for note in self.notes]
        page = "\n".join(lines) + "\n"
        if self.ground.pairs >= 10:
            with open(os.path.join(ROOT, "bench/results/run.md"), "w") as file:
                file.write(page)
        print(page)
        if self.ground.pairs < 10:
            print("fewer than 10 pairs: not recorded", file=sys.stderr)
        return above <= TARGET
