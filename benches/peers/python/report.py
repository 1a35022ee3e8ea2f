"""The report in Markdown."""

import datetime
import math
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Key(NamedTuple):
    threads: int
    workload: str
    library: str
    precision: str


class Results:
    """What each contender took in each round, and what there is to say about it."""

    def __init__(self, libraries):
        self.libraries = libraries
        self.versions = {}
        self.others = []  # For each measurement: how many processors were busy with something else meanwhile.
        self.notes = []
        self.marks = defaultdict(set)  # By key: the numbers of its notes.
        self.times = defaultdict(dict)  # By key and what was measured: microseconds by round.

    def add(self, round_number, key, line):
        self.versions[key.library] = line["version"]
        self.times[key, line["measure"]][round_number] = line["microseconds"]
        if line["note"]:
            self.note(key, line["note"])
        if line["losses"]:
            # A loss that is not a number has none in JSON.
            first, last = (math.nan if loss is None else loss for loss in line["losses"])
            if not (math.isfinite(last) and last < first):
                self.note(key, f"{key.library} does not learn {key.workload}: loss {first:.4g}, then {last:.4g}")

    def fail(self, key, reason):
        self.note(key, f"{key.library}, {key.workload}, {cores(key.threads)}, {key.precision}: {reason}")

    def note(self, key, text):
        if text not in self.notes:
            self.notes.append(text)
        self.marks[key].add(self.notes.index(text) + 1)

    def median(self, key, measure="step"):
        """None if there is no time: the contender failed, or was not asked."""
        times = self.times[key, measure].values()
        return median(times) if times else None

    def ratios(self, key, of, measure="step"):
        """One time divided by another, round by round: what slows down a round slows down both."""
        times, others = self.times[key, measure], self.times[of, measure]
        return [times[number] / others[number] for number in times if number in others]


def markdown(results, peak, workloads, options, commit):
    present = [library for library in results.libraries if library in options.peers]
    others = [library for library in present if library != "densely"]
    names = [workload.name for workload in workloads]
    parts = [heading(results, peak, present, options, commit)]
    for threads in (1, 2):
        where = cores(threads)
        key = lambda workload, library: Key(threads, workload, library, "f32")
        parts += [f"## Training on {where}", "Microseconds a step in `f32`, the median over the rounds:"]
        parts += [table(present, names, lambda w, l: time_cell(results, key(w, l)))]
        if "densely" in present and others:
            parts += ["densely's time divided by the other's, the median over the rounds, and the least and the largest:"]
            parts += [table(others, names, lambda w, l: ratio_cell(results, key(w, "densely"), key(w, l)))]
        if "densely" in present:
            parts += [f"The products' operations in the time of a whole step of densely, as a share of the measured peak of {where}:"]
            share = lambda workload, _: share_cell(results, key(workload.name, "densely"), workload, peak)
            parts += [table(["share"], workloads, share)]
        parts += double_precision(results, threads, names, present)
    latencies = [workload.name for workload in workloads if workload.has_latency]
    if latencies:
        key = lambda workload, library: Key(1, workload, library, "f32")
        parts += ["## Prediction of one row", "Microseconds on one core in `f32`, the median over the rounds:"]
        parts += [table(present, latencies, lambda w, l: time_cell(results, key(w, l), "one row"))]
    if "densely" in present:
        pair = lambda w, precision: [Key(threads, w, "densely", precision) for threads in (1, 2)]
        parts += ["## densely on two cores", "Its time on one core divided by that on two, as above:"]
        parts += [table(["f32", "f64"], names, lambda w, precision: ratio_cell(results, *pair(w, precision)))]
    if results.notes:
        parts += ["\n".join(f"({number}) {note}  " for number, note in enumerate(results.notes, 1))]
    return "\n\n".join(parts)


def cores(threads):
    return "one core" if threads == 1 else "two cores"


def heading(results, peak, present, options, commit):
    versions = [f"{library} {results.versions.get(library, 'unknown')}" for library in present]
    rounds = "1 round" if options.rounds == 1 else f"{options.rounds} rounds"
    peaks = f"{peak['f32']:.0f} GFLOP/s in `f32`, {peak['f64']:.0f} in `f64`"
    others = results.others or [math.nan]
    return "\n".join(
        (
            "# densely and other libraries side by side\n",
            f"- {datetime.date.today().isoformat()}, {rounds}, {options.seconds:g} seconds for each time taken",
            f"- {processor()}; measured peak of one core {peaks}",
            f"- {', '.join(versions)}; densely's commit: {commit}",
            f"- other processes kept {median(others):.2f} processors busy meanwhile, at most {max(others):.2f}",
        )
    )


def double_precision(results, threads, names, present):
    contenders = [library for library in ("densely", "scikit-learn") if library in present]
    if not contenders:
        return []
    key = lambda workload, library: Key(threads, workload, library, "f64")

    def cell(workload, column):
        if column == "ratio":
            return ratio_cell(results, *(key(workload, library) for library in contenders))
        library, _, one_row = column.partition(", ")
        return time_cell(results, key(workload, library), one_row or "step")

    columns = contenders + (["ratio"] if len(contenders) == 2 else [])
    columns += [f"{library}, one row" for library in contenders] if threads == 1 else []
    return ["The same in `f64`:", table(columns, names, cell)]


def table(columns, rows, cell):
    lines = [["", *columns], ["---"] * (len(columns) + 1)]
    lines += [[getattr(row, "name", row), *(cell(row, column) for column in columns)] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def marked(results, text, *keys):
    """With the numbers of the notes about it."""
    numbers = sorted(set().union(*(results.marks.get(key, ()) for key in keys)))
    return f"{text} ({', '.join(map(str, numbers))})" if numbers else text


def time_cell(results, key, measure="step"):
    time = results.median(key, measure)
    if time is None:
        return marked(results, "–", key)
    decimals = 2 if time < 10 else 1 if time < 100 else 0
    return marked(results, f"{time:,.{decimals}f}", key)


def ratio_cell(results, key, of):
    ratios = results.ratios(key, of)
    if not ratios:
        return marked(results, "–", key, of)
    # Three digits where the other takes tens of times as long.
    digits = 2 if min(ratios) >= 0.1 else 3
    middle, least, most = (f"{figure(ratios):.{digits}f}" for figure in (median, min, max))
    text = f"{middle} ({least} to {most})"
    return marked(results, text, key, of)


def share_cell(results, key, workload, peak):
    time = results.median(key)
    if time is None:
        return marked(results, "–", key)
    gigaflops = workload.operations / time / 1e3
    return f"{gigaflops / (key.threads * peak[key.precision]):.0%}, {gigaflops:.0f} GFLOP/s"


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return "unknown processor"
