"""What is told at the end of a run: facts beside simulation, the closings, who paid for whom; and its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from abm.errors import FigureError
from abm.figures.market import panorama
from abm.figures.platform import history
from abm.figures.style import save
from abm.observation import facts
from abm.observation.chronicle import acts_table, closings_table, transfers_table
from abm.observation.experience import experience_table
from abm.observation.facts import Comparison
from abm.observation.industry import compare_industry
from abm.observation.run import Run
from abm.runs.results import write_run

PAGES = 6


@dataclass(frozen=True)
class FactsBeside:
    """The facts of each platform, and those of the industry, beside what a run shows of them."""

    plans: Mapping[str, Sequence[Comparison]]
    industry: Sequence[Comparison]


def facts_beside(run: Run) -> FactsBeside:
    """All facts of the time of a run beside what it shows."""
    plans = {platform: facts.compare(run.series, platform) for platform in run.scenario.platform}
    return FactsBeside(plans, compare_industry(run.series, list(plans)))


def report(run: Run, beside: FactsBeside, folder: Path) -> str:
    """Write the numbers of a run into a folder; returns what there is to say about it, its `facts_beside` among it.

    Of a market the facts are summed up, a line a platform; fact by fact they are in facts.txt.
    """
    write_run(run, folder)
    people, seconds = run.scenario.people, run.provenance["seconds_founding"] + run.provenance["seconds_steps"]
    head = [
        f"{run.scenario.title}",
        f"{people.persons:,} persons simulated, each for {people.weight:,.1f} real ones; seed {run.seed};"
        f" {seconds:.1f} s; {run.provenance['bytes_per_person']:.0f} bytes a person",
    ]
    singly = [line for platform, found in beside.plans.items() for line in ("", *_beside(run, platform, found))]
    if beside.industry:
        singly += ["", "the industry, all plans together: facts beside simulation", facts.table(beside.industry)]
    rest = ["", "Closings", closings_table(run.closings), "", "Acts of the regulator", acts_table(run.events)]
    rest += ["", "Who paid for whom", transfers_table(run.transfers)]
    rest += ["", "Experience", experience_table(run.tables)]
    (folder / "facts.txt").write_text("\n".join([*head, *singly, *rest]) + "\n", encoding="utf-8")
    if len(beside.plans) > 1:
        together = {"all together": beside.industry} if beside.industry else {}
        singly = ["", "Facts beside simulation, fact by fact in facts.txt", facts.summary({**beside.plans, **together})]
    return "\n".join([*head, *singly, *rest])


def draw(run: Run, beside: FactsBeside, folder: Path) -> list[str]:
    """Draw the figures of a run with its `facts_beside` into a folder; returns a line for each that cannot be drawn.

    Only the largest plans have a page of their own.
    """
    several, look = len(beside.plans) > 1, {"persons": run.scenario.people.persons, "seed": run.seed}
    most = {platform: float(run.series[f"{platform}.members"].max()) for platform in beside.plans}
    pages = {}
    for platform in sorted(beside.plans, key=lambda name: -most[name])[:PAGES]:
        theirs = beside.plans[platform]
        page = partial(history, run.series, platform, theirs, shocks=run.scenario.passing_shocks, **look)
        pages[f"history-{platform}" if several else "history"] = page
    if several:
        pages["market"] = partial(panorama, run, beside.plans)
    lost = []
    for name, page in pages.items():
        try:
            save(page(), folder, name)
        except FigureError as error:
            lost.append(f"{name}: {error}")
    return lost


def noise_line(run: Run, platform: str) -> str:
    """How far chance moves a share, and whose chance that is, in words."""
    noise = run.series[f"{platform}.share_noise"].dropna()
    if noise.empty:
        return "No claim was paid."
    moved = f"Chance: a share of the last year varies by {noise.tail(24).median():.1%} (one standard deviation)"
    if run.scenario.people.heads > 1 or run.scenario.people.weight == 1:
        return f"{moved}, as it did among so many real members: each case is a real one."
    return f"{moved}, because few persons fall ill at this size; with people.fellows=true each case is a real one."


def _beside(run: Run, platform: str, comparisons: Sequence[Comparison]) -> list[str]:
    return [f"{platform}: facts beside simulation", facts.table(comparisons), "", noise_line(run, platform)]
