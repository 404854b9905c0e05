"""What the maintainer scripts of BIG cost while ez configures it, script by script: where the next second of rows 1 and 2 has to come from."""
import os
import re
import time

from build_row import Build, serve_pool
from ground import ROOT, Ground
from serving import Serving

MOST = 15
LINE = re.compile(r"(\d+) +([\d.]+) (.*)")
# In a namespace of processes the call returns another number than the one that lines begin with.
STARTED = re.compile(r"(?:^(?:clone3?|vfork|fork)\(|<\.\.\. (?:clone3?|vfork|fork) resumed).*= (?:\d+ /\* )?(\d+)(?: in strace's PID NS \*/)?$")
SCRIPT = re.compile(r'execve\("(?:[^"]*/)?(?:info/([^"/]+)\.(\w+)|tmp\.ci/(preinst))", \[')


def run(ground):
    """Writes bench/results/scripts.md; strace makes all of it slower, so only the shares count."""
    ground.archive.prepare()
    with Serving(serve_pool(ground.archive)) as server:
        build = Build(ground, server, "apps")
        plain, steps = build.ours(), dict(build.steps())
        trace = os.path.join(build.disk, "trace")
        traced = os.path.join(build.disk, "traced-ez")
        with open(traced, "w") as file:
            file.write(f'#!/bin/sh\nexec strace -f --seccomp-bpf --decode-pids=pidns -ttt -qq -e trace=execve,clone,clone3,vfork,fork,exit_group -s 200 -o {trace} {ground.ez()} "$@"\n')
        os.chmod(traced, 0o755)
        build.ground = Traced(ground, traced)
        slow = build.ours()
        scripts = sorted(read(trace), key=lambda script: -script.seconds)
        ground.release_disk()
    return Page(ground, scripts, (plain, slow, steps["configure"]))


class Traced:
    """The ground, with ez under strace."""

    def __init__(self, ground, program):
        self._ground, self._program = ground, program

    def __getattr__(self, name):
        return getattr(self._ground, name)

    def ez(self):
        return self._program


class Script:
    def __init__(self, name, start):
        self.name, self.start = name, start
        self.seconds, self.processes, self.programs = 0.0, 0, {}


def read(trace):
    """Each script with its time from exec to exit, and what it and its children executed. debconf executes a script a second time: that is part of the first."""
    with open(trace, errors="replace") as file:
        calls = [(int(match.group(1)), float(match.group(2)), match.group(3)) for match in map(LINE.match, file) if match]
    # A child may run before its parent's call has returned.
    parents = {int(started.group(1)): process for process, _, text in calls if (started := STARTED.search(text))}
    scripts = {}

    def script_of(process):
        found = None
        while process is not None:
            found = scripts.get(process, found)
            process = parents.get(process)
        return found

    for process, at, text in calls:
        script = script_of(process)
        if text.startswith("execve("):
            named = SCRIPT.match(text)
            if script:
                program = os.path.basename(text.split('"')[1])
                script.programs[program] = script.programs.get(program, 0) + 1
            elif named:
                scripts[process] = Script(f"{named.group(1)}.{named.group(2)}" if named.group(1) else "a preinst", at)
        elif text.startswith("exit_group(") and process in scripts:
            scripts[process].seconds = at - scripts[process].start
    for child in parents:
        if (script := script_of(child)) and child not in scripts:
            script.processes += 1
    return list(scripts.values())


class Page:
    def __init__(self, ground, scripts, seconds):
        self.ground, self.scripts, self.seconds = ground, scripts, seconds

    def report(self):
        plain, slow, configure = self.seconds
        total = sum(script.seconds for script in self.scripts)
        lines = ["# What the maintainer scripts of BIG cost", "",
                 f"`bench/compare scripts`, {time.strftime('%Y-%m-%d', time.gmtime())}", ""]
        lines += [f"- {fact}" for fact in Ground.machine()]
        lines += ["", f"`ez build` as an OS and an application: {plain:.2f} s, of which configure {configure:.2f} s; under strace {slow:.2f} s, of which scripts {total:.2f} s.",
                  f"{len(self.scripts)} scripts started {sum(script.processes for script in self.scripts)} processes.", "",
                  "| script | share | processes | most of them |", "|---|---|---|---|"]
        for script in self.scripts[:MOST]:
            most = ", ".join(f"{name} {count}" for name, count in sorted(script.programs.items(), key=lambda pair: -pair[1])[:4])
            lines.append(f"| {script.name} | {100 * script.seconds / total:.0f} % | {script.processes} | {most} |")
        page = "\n".join(lines) + "\n"
        with open(os.path.join(ROOT, "bench/results/scripts.md"), "w") as file:
            file.write(page)
        print(page)
        return True
