#!/usr/bin/env python3
"""Time and memory of costagg beside other ways to do the same job, on generated months.

    bench/run.sh                 everything; writes the tables of docs/performance.md and the chart
    bench/run.sh --quick         small sizes, two rounds, writes nothing
    bench/run.sh --only NAME …   contests whose name contains NAME

Contestants of a contest take turns, round after round, so that whatever else the machine does hits
them alike; a ratio is of one round, and told as median (min–max). CPU seconds stand beside wall
seconds for the same reason. Memory is the peak of the whole process.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

import duckdb

import chart
import measure

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = ROOT / "build/bench"
COSTAGG = ROOT / "build/release/costagg"
BARE = ROOT / "build/release/bench"
USAGE = "reporting_ocpusagelineitem_daily_summary"
COST = "reporting_ocpawscostlineitem_project_daily_summary_p"


# ---- data -----------------------------------------------------------------------------------

def data(name, *options):
    """A generated month, made once for each set of options."""
    folder = WORK / "data" / name
    stamp = folder / "options"
    wanted = " ".join(map(str, options)) + "\n" + (HERE / "generate.py").read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run([sys.executable, HERE / "generate.py", folder, *map(str, options)],
                       check=True)
        stamp.write_text(wanted)
    return folder


def count(query):
    return duckdb.sql(query).fetchall()[0][0]


def hourly_rows(folder):
    files = f"{folder}/in/data/*/OCP/openshift_pod_usage_line_items/**/*.parquet"
    return count(f"SELECT count(*) FROM read_parquet('{files}', hive_partitioning = false)")


def result_rows(out, table):
    if not any((out / table).rglob("*.parquet")):
        return 0
    files = f"{out}/{table}/**/*.parquet"
    return count(f"SELECT count(*) FROM read_parquet('{files}', hive_partitioning = false)")


# ---- contestants ----------------------------------------------------------------------------

class Contestant:
    """Something that does a job: a name, a command, and where its rows go."""

    def __init__(self, name, command, out):
        self.name, self.command, self.out = name, command, out
        self.costs = []

    def turn(self):
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        self.costs.append(measure.run(self.command, self.out.parent / f"{self.out.name}.log"))

    def values(self, what):
        return [getattr(cost, what) for cost in self.costs]


class BareJob(Contestant):
    """The floor: a bare scan of the columns, then a bare write of costagg's result."""

    def __init__(self, folder, job, result, out):
        super().__init__("bare scan + write", [BARE / "bare_scan", folder / "in", job], out)
        self.result = result

    def turn(self):
        super().turn()
        log = self.out.parent / "bare_write.log"
        measure.run([BARE / "bare_write", self.result, self.out], log)
        cpu, wall = re.search(r"([\d.]+) CPU s, ([\d.]+) s", log.read_text()).groups()
        self.costs[-1].cpu += float(cpu)
        self.costs[-1].wall += float(wall)


class BareCopy(Contestant):
    """COPY of the rows that costagg wrote, into a table like the one it wrote to."""

    def __init__(self, server, table, out):
        super().__init__("bare COPY", None, out)
        self.server, self.table = server, table

    def turn(self):
        self.out.mkdir(parents=True, exist_ok=True)
        rows = self.out / "rows.binary"
        run = self.server.psql
        run(f"\\copy (select * from {self.table}) to '{rows}' (format binary)")
        run(f"truncate {self.table}")
        self.costs.append(measure.run(
            self.server.command(f"\\copy {self.table} from '{rows}' (format binary)"),
            self.out / "log"))
        run(f"truncate {self.table}")


def costagg(folder, out, threads):
    return Contestant("costagg", [
        COSTAGG, "run", "-c", folder / "costagg.yaml", "--threads", threads,
        "--output", f"parquet:{out}", "--progress", "never"], out)


def duckdb_program(folder, out, stage, threads, hourly):
    program = "duckdb_usage.py" if stage == "usage" else "duckdb_cost.py"
    return Contestant("DuckDB", [
        sys.executable, "-B", HERE / program, folder, out, "--threads", threads,
        *(["--hourly-only"] if hourly else [])], out)


# ---- contests -------------------------------------------------------------------------------

class Contest:
    def __init__(self, name, section, options, stage="usage", threads=1, hourly=False, quick=False,
                 duckdb_too=True, bare=True, charted=False):
        self.name, self.section, self.options = name, section, options
        self.stage, self.threads, self.hourly, self.quick = stage, threads, hourly, quick
        self.duckdb_too, self.bare, self.charted = duckdb_too, bare and threads == 1, charted
        self.rows = self.results = 0
        self.contestants = []

    def run(self, rounds):
        slug = re.sub(r"\W+", "-", " ".join(map(str, self.options))).strip("-")
        folder = data(slug, *self.options)
        self.rows = hourly_rows(folder)
        ours = costagg(folder, WORK / "out/costagg", self.threads)
        self.contestants = [ours]
        if self.duckdb_too:
            self.contestants.append(duckdb_program(folder, WORK / "out/duckdb", self.stage,
                                                   self.threads, self.hourly))
        if self.bare:
            job = "cost" if self.stage == "all" else "hourly" if self.hourly else "usage"
            self.contestants.append(BareJob(folder, job, ours.out, WORK / "out/bare"))
        for number in range(rounds + 1):
            for contestant in self.contestants:
                contestant.turn()
                if number == 0:
                    contestant.costs.clear()  # the first round warms the page cache
            if number == 0:
                self.check()
        return self

    def check(self):
        """Everybody made the same number of rows."""
        table = COST if self.stage == "all" else USAGE
        counts = {c.name: result_rows(c.out, table) for c in self.contestants
                  if not isinstance(c, BareJob)}
        self.results = counts["costagg"]
        if len(set(counts.values())) > 1 or not self.results:
            raise SystemExit(f"bench: {self.name}: different numbers of rows: {counts}")

    def ratios(self, other, what):
        """other / costagg, round by round; for the bare job costagg / other."""
        ours = self.contestants[0].values(what)
        theirs = next(c for c in self.contestants if c.name == other).values(what)
        pairs = list(zip(ours, theirs))
        if other.startswith("bare"):
            return [a / b for a, b in pairs]
        return [b / a for a, b in pairs]

    def line(self):
        ours = self.contestants[0]
        cells = [self.name, f"{self.rows:,}", f"{self.results:,}",
                 measure.shown(ours.values("cpu")), measure.shown(ours.values("wall")),
                 f"{max(ours.values('peak_mb')):.0f}"]
        names = [c.name for c in self.contestants]
        for what in ("cpu", "wall", "peak_mb") if "DuckDB" in names else ():
            cells.append(measure.shown(self.ratios("DuckDB", what), 1))
        cells += ["–"] * (9 - len(cells))
        cells.append(measure.shown(self.ratios("bare scan + write", "cpu"))
                     if "bare scan + write" in names else "–")
        return "| " + " | ".join(cells) + " |"

    def record(self):
        return {"name": self.name, "hourly_rows": self.rows, "result_rows": self.results,
                "contestants": {c.name: [vars(cost) for cost in c.costs]
                                for c in self.contestants}}


BILL = ("--bill-lines", 2500000)
HEAD = ("| contest | hourly rows | result rows | CPU s | wall s | peak MB | DuckDB ÷ costagg: CPU "
        "| wall | memory | costagg ÷ bare, CPU |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")


def contests():
    found = []
    for million, pods in ((1, 1400), (10, 14000), (20, 28000)):
        for threads in (1, 2):
            found.append(Contest(f"{million} M rows, {threads} thread{'s' * (threads > 1)}",
                                 "OpenShift", ("--pods", pods), threads=threads,
                                 quick=million == 1, charted=threads == 1))
    for threads in (1, 2):
        found.append(Contest(f"10 M rows, labels of their own for every pod, {threads} "
                             f"thread{'s' * (threads > 1)}", "OpenShift",
                             ("--pods", 14000, "--labels", 0), threads=threads))
    for threads in (1, 2):
        found.append(Contest(f"the same, a fifth of the pods new every day, {threads} "
                             f"thread{'s' * (threads > 1)}", "OpenShift",
                             ("--pods", 14000, "--labels", 0, "--churn", 0.2), threads=threads))
    for million, pods in ((1, 1400), (10, 14000)):
        found.append(Contest(f"{million} M rows, hourly reports only", "OpenShift",
                             ("--pods", pods, "--hourly-only"), hourly=True, quick=million == 1))
    for threads in (1, 2):
        found.append(Contest(f"10 M rows + 2.6 M lines, {threads} thread{'s' * (threads > 1)}",
                             "OpenShift on AWS", ("--pods", 14000, *BILL), stage="all",
                             threads=threads))
    found.append(Contest("1 M rows + 0.26 M lines, 1 thread", "OpenShift on AWS",
                         ("--pods", 1400, "--nodes", 20, "--bill-lines", 250000), stage="all",
                         quick=True))
    found.append(Contest("3 clusters × 0.3 M rows + 0.35 M lines, 1 thread", "OpenShift on AWS",
                         ("--clusters", 3, "--pods", 417, "--nodes", 12, "--namespaces", 60,
                          "--bill-lines", 335000), stage="all", quick=True))
    for days in (2, 8, 32):
        found.append(Contest(f"{days} days", "Memory over days",
                             ("--pods", 14000, "--days", days), duckdb_too=False, bare=False))
    # The sizes that the concept paper reports, by result rows: every pod its own row.
    for rows in (420, 2085, 10430, 20850, 31260, 41650):
        nodes = max(2, rows // 140)
        found.append(Contest(f"OpenShift, {rows:,} rows", "Sizes of the concept paper",
                             ("--days", 1, "--labels", 0, "--claims", 0, "--nodes", nodes,
                              "--pods", rows - nodes), quick=rows < 3000, bare=False))
    for rows, days in ((6720, 30), (33600, 30), (166656, 31), (333312, 31), (499968, 31),
                       (666624, 31)):
        nodes = max(2, rows // days // 140)
        found.append(Contest(f"OpenShift on AWS, {rows:,} rows", "Sizes of the concept paper",
                             ("--days", days, "--labels", 0, "--claims", 0, "--nodes", nodes,
                              "--pods", rows // days - nodes, "--plain-bill", "--node-lines", 1,
                              "--bill-lines", 1), stage="all", quick=rows < 7000, bare=False))
    return found


# ---- PostgreSQL -----------------------------------------------------------------------------

class Server:
    """The PostgreSQL server of the tests, with psql as a user of this benchmark."""

    def __init__(self):
        sys.path.insert(0, str(ROOT / "tests"))
        from services import postgres
        self.server = postgres.Postgres(shared_buffers="256MB", max_wal_size="4GB")
        self.url = self.server.url()

    def command(self, statement):
        return ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", self.url,
                "--command", statement]

    def psql(self, statement):
        subprocess.run(self.command(statement), check=True)

    def stop(self):
        self.server.stop()


def postgresql(rounds, pods):
    """costagg into PostgreSQL beside a COPY of the same rows into the same table."""
    folder = data(f"pods-{pods}", "--pods", pods)
    server = Server()
    try:
        command = [COSTAGG, "run", "-c", folder / "costagg.yaml", "--threads", "1",
                   "--output", server.url, "--progress", "never"]
        ours = Contestant("costagg", command, WORK / "out/postgresql")
        dry = Contestant("without writing", [*command, "--dry-run"], WORK / "out/dry")
        bare = BareCopy(server, USAGE, WORK / "out/copy")
        for number in range(rounds + 1):
            for contestant in (ours, dry, bare):
                contestant.turn()
                if number == 0:
                    contestant.costs.clear()
        turns = list(zip(ours.values("wall"), dry.values("wall"), bare.values("wall")))
        cells = [ours.values("wall"), dry.values("wall"), bare.values("wall"),
                 [(whole - reading) / copy for whole, reading, copy in turns]]
        return f"| {pods * 720:,} | " + " | ".join(map(measure.shown, cells)) + " |"
    finally:
        server.stop()


def start_up(rounds):
    """The shortest run there is: one day of five pods into Parquet."""
    folder = data("tiny", "--days", 1, "--pods", 5, "--nodes", 2, "--namespaces", 2)
    tiny = costagg(folder, WORK / "out/tiny", 1)
    for _ in range(5 * rounds):
        tiny.turn()
    return "A run of one day and five pods takes " + \
        f"{measure.shown([1000 * wall for wall in tiny.values('wall')], 0)} ms."


# ---- report ---------------------------------------------------------------------------------

def machine():
    model = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    return (f"{os.cpu_count()} cores of {model.group(1) if model else platform.machine()}, "
            f"DuckDB {duckdb.__version__}")


def report(done, extra, rounds):
    lines = [f"Measured by `make bench` on {machine()}; {rounds} rounds, median (min–max).", ""]
    for section in dict.fromkeys(contest.section for contest in done):
        lines += [f"### {section}", "", HEAD]
        lines += [contest.line() for contest in done if contest.section == section] + [""]
    return "\n".join(lines + extra)


def write_document(text, done):
    document = ROOT / "docs/performance.md"
    begin, end = "<!-- bench: begin -->", "<!-- bench: end -->"
    old = document.read_text() if document.exists() else \
        f"# Performance\n\n![time and memory over size](performance.svg)\n\n{begin}\n{end}\n"
    before, rest = old.split(begin)
    document.write_text(f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}")
    seconds, megabytes = {}, {}
    for contest in done:
        for contestant in contest.contestants if contest.charted else []:
            point = (contest.rows, measure.spread(contestant.values("cpu"))[1])
            seconds.setdefault(contestant.name, []).append(point)
            megabytes.setdefault(contestant.name, []).append(
                (contest.rows, max(contestant.values("peak_mb"))))
    if seconds:
        (ROOT / "docs/performance.svg").write_text(chart.draw(seconds, megabytes))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, two rounds, no document")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--without-postgresql", action="store_true")
    choice = parser.parse_args()
    rounds = choice.rounds or (2 if choice.quick else 5)
    done, extra = [], []
    for contest in contests():
        if choice.quick and not contest.quick:
            continue
        if choice.only and not any(n in f"{contest.section}: {contest.name}" for n in choice.only):
            continue
        if not done or done[-1].section != contest.section:
            print(f"\n{contest.section}\n{HEAD}")
        done.append(contest.run(rounds))
        print(contest.line(), flush=True)
    if not choice.only:
        extra = ["### Start-up", "", start_up(rounds), ""]
        if not choice.without_postgresql:
            extra += ["### Into PostgreSQL", "", "| hourly rows | costagg, wall s "
                      "| without writing | bare COPY of its rows | writing ÷ COPY |", "|--:|--:|--:|--:|--:|",
                      postgresql(rounds, 1400 if choice.quick else 14000), ""]
        print("\n" + "\n".join(extra))
    (WORK / "results.json").write_text(json.dumps([c.record() for c in done], indent=1))
    if not choice.quick and not choice.only:
        write_document(report(done, extra, rounds), done)
        print("docs/performance.md and docs/performance.svg are written")


if __name__ == "__main__":
    try:
        main()
    except measure.Failed as problem:
        sys.exit(f"bench: {problem}")
