"""Interleaved pairs, their statistics, and the page that tells them."""
import os
import statistics
import sys
import time

from ground import ROOT


PAGES = {"unpack": "row3", "lock": "row4", "update": "row5", "check": "row9"}


class Comparison:
    """One row: two acts that each return wall seconds, and a check that both ended in one state.

    check(number) is called after each pair and returns a line about the state, or raises."""

    def __init__(self, ground, name, title, target, page=None, unit="s"):
        self.ground, self.name, self.title, self.target = ground, name, title, target
        self.page_name, self.unit = page or PAGES[name], unit
        self.ours, self.peers, self.states, self.notes, self.verdicts = [], [], [], [], []
        self.machine = ground.machine()

    def measure(self, ours, peer, check):
        """One warm-up pair that does not count, then the pairs, each side first in turn."""
        for number in range(self.ground.pairs + 1):
            sides = [("peer", peer)] if self.ground.peer_only else [("ez", ours), ("peer", peer)]
            seconds = {}
            for side, act in sides if number % 2 else reversed(sides):
                seconds[side] = act()
            state = "" if self.ground.peer_only else check(number)
            print(f"{'warm-up' if number == 0 else number:>8}  " + "  ".join(f"{k} {v:.3f} {self.unit}" for k, v in seconds.items()) + f"  {state}", file=sys.stderr)
            if number > 0:
                self.peers.append(seconds["peer"])
                self.ours.append(seconds.get("ez", float("nan")))
                self.states.append(state)
        return self

    def require(self, words, holds):
        """A further condition of the row."""
        self.verdicts.append((words, holds))

    def report(self):
        """Prints and writes the page; true if the row's target holds."""
        print(f"peer: {spread(self.peers, self.unit)}")
        if self.ground.peer_only:
            return True
        ratio = statistics.median(p / o for p, o in zip(self.peers, self.ours))
        self.require(f"at least {self.target:g}x {'faster' if self.unit in ('s', 'ms') else 'less'} than the peer in the median pair (is {ratio:.2f}x)", ratio >= self.target)
        if len(self.ours) < 10:
            self.require(f"at least 10 pairs (were {len(self.ours)})", False)
        page = self.page(ratio)
        os.makedirs(os.path.join(ROOT, "bench/results"), exist_ok=True)
        with open(os.path.join(ROOT, f"bench/results/{self.page_name}.md"), "w") as file:
            file.write(page)
        print(page)
        return all(holds for _, holds in self.verdicts)

    def page(self, ratio):
        lines = [f"# {self.title}", "", f"`bench/compare {self.name} --pairs {self.ground.pairs}`, {time.strftime('%Y-%m-%d', time.gmtime())}", ""]
        lines += [f"- {fact}" for fact in self.machine] + [""]
        lines += [f"| | median {self.unit} | min .. max {self.unit} |", "|---|---|---|"]
        lines += [f"| ez | {statistics.median(self.ours):.3f} | {min(self.ours):.3f} .. {max(self.ours):.3f} |"]
        lines += [f"| peer | {statistics.median(self.peers):.3f} | {min(self.peers):.3f} .. {max(self.peers):.3f} |", ""]
        lines += [f"Median of the pairs' ratios: **{ratio:.2f}x**.", ""]
        lines += [f"- {'holds' if holds else 'MISSED'}: {words}" for words, holds in self.verdicts]
        lines += [f"- {note}" for note in self.notes]
        lines += ["", f"| pair | ez {self.unit} | peer {self.unit} | ratio | state of both |", "|---|---|---|---|---|"]
        for number, (ours, peer, state) in enumerate(zip(self.ours, self.peers, self.states), 1):
            lines.append(f"| {number} | {ours:.3f} | {peer:.3f} | {peer / ours:.2f} | {state} |")
        return "\n".join(lines) + "\n"


def spread(values, unit):
    return f"median {statistics.median(values):.3f} {unit}, {min(values):.3f} .. {max(values):.3f} {unit} over {len(values)}"
