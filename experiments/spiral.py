"""Does equal sharing doom the pool?

Everyone pays the same share, whatever the risk: so the healthy should leave, the share rise, and more leave
(mechanisms A1 and A2). Here one plan with Xianghubao's terms, open to all and without regulator, closing or parent,
lives among 829 million people, of whom 30,000 are simulated. Two things vary: how unequal risks are
(health.frailty_spread, unseen at the door) and how well the healthy know theirs, who believe in so much of it
(mind.optimism; 1 is the truth). People look to their own advantage only. The same world with company and altruism, as
the scenario has them, is run on a coarse grid for comparison. A pool is called doomed that ends with less than half
of the members it once had.

Prediction: the pool unravels where risks differ much and people know them; where the healthy think too little of their
risk it unravels sooner. Friends and a few yuan of altruism (A6, A10) move the edge and do not remove it.

Found: it takes both, unequal risks and a belief that one's own is small. Among people who look to their own advantage
a pool of equal risks keeps more than half of its members even where the healthy believe in a fifth of their risk (54
to 56 of a hundred), and where they know the truth it keeps more than half up to the largest spread of 1.6, at which
the riskiest third of them runs some forty times the risk of the safest third. Between these the edge runs from a
spread of 0.3 and a third of the risk believed in to a spread of 1.6 and five sixths; beyond it a tenth of the members
may be all that is left. Company and altruism remove it: all nine points of the coarse grid kept 95 of a hundred or
more. Replicates are of one mind at all but three points.
"""

import sys
from collections.abc import Mapping

import pandas as pd

from abm import Axis, Study
from abm.figures.style import save
from abm.mechanisms import off
from abm.runs.results import results_folder
from abm.study.experiment import Experiment, conduct, require_done
from abm.study.phase import Phase, phase_diagram
from abm.study.pictures import phase_map
from abm.study.progress import StudyProgress
from abm.study.summary import write_record
from abm.study.sweep import processes

PLATFORM = "xianghubao"
HALF = 0.5  # of the members that there once were
UNEQUAL, BELIEVED = "health.frailty_spread", "mind.optimism"
WORLD = {
    "supervision.policy": "laissez_faire",
    "shocks": [],
    f"platform.{PLATFORM}.closing_rules": [],
    f"platform.{PLATFORM}.minimum_members": 0,
    f"platform.{PLATFORM}.min_credit": 0,
    f"platform.{PLATFORM}.capacity": 10_000.0,  # no claim waits: shares are those of the claims filed
    **off("B16", [PLATFORM]),
    **off("B11", [PLATFORM]),
}
ALONE = {"mind.herding": 0.0, "mind.altruism": 0.0}


def kept(outputs: Mapping[str, float]) -> float:
    """Members at the end over their peak."""
    return outputs[f"{PLATFORM}.members:last"] / outputs[f"{PLATFORM}.members:max"]


def study(persons: int, points: int, replicates: int, changes: Mapping[str, float]) -> Study:
    """The grid that a map begins with."""
    return Study(
        title="spiral",
        persons=persons,
        changes=WORLD | changes,
        vary={UNEQUAL: Axis(low=0.0, high=1.6), BELIEVED: Axis(low=0.2, high=1.2)},
        points=points,
        replicates=replicates,
        outputs=tuple(f"{PLATFORM}.{series}" for series in ("members:last", "members:max", "relative_risk:last")),
    )


def mapped(one: Study, rounds: int, progress: StudyProgress, workers: int) -> Phase:
    """The map of a study at work."""
    with processes(workers) as pool:
        phase = phase_diagram(
            one, progress.store, kept, HALF, rounds, pool, None, workers, progress.on_result, progress.needed
        )
    progress.bar.close()
    require_done(progress.store)
    return phase


def answer(asked: Experiment) -> None:
    """Run both maps, print the tables, write tables and figure."""
    persons, points, replicates, rounds = (10_000, 3, 1, 1) if asked.quick else (30_000, 5, 4, 1)
    social, alone = study(persons, 3, 1, {}), study(persons, points, replicates, ALONE)
    with asked.at_work("company", social) as progress:
        company = mapped(social, 0, progress, asked.workers)
    with asked.at_work("alone", alone) as progress, results_folder(asked.out) as folder:
        phase = mapped(alone, rounds, progress, asked.workers)
        more = {"full_grid_would_need": phase.fine_runs}
        write_record(alone, progress.store, folder, asked.made_by, more)
        table = pd.concat([
            pd.DataFrame(phase.table()).assign(people="to their own advantage"),
            pd.DataFrame(company.table()).assign(people="with company and altruism"),
        ])  # fmt: skip
        table.to_csv(folder / "table.csv", index=False, float_format="%.6g", lineterminator="\n")
        names = (
            "spread of frailty: standard deviation of its logarithm",
            "risk that the healthy believe in, over their true risk",
        )
        footnote = (
            f"{persons:,} persons for 829 million; {len(phase.tested)} points with {replicates} replicates are"
            f" {phase.runs} runs; the full grid would need {phase.fine_runs}. Red: half of the peak."
        )
        save(phase_map(phase, "members at the end over their peak", names, footnote), folder, "map")
    for people, group in table.groupby("people"):
        print(f"{people}: members at the end over their peak")
        print(group.drop(columns="people").to_string(index=False, float_format=lambda value: f"{value:.3g}"), "\n")
    print(f"{phase.runs} runs where the full grid would need {phase.fine_runs}")


if __name__ == "__main__":
    sys.exit(conduct("spiral", __doc__, answer))
