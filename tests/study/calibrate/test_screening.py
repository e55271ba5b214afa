"""What moves a target, and what is luck because it moves none."""

import math

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import morris

from abm.errors import StudyError
from abm.observation.precision import CHANCE, LOG
from abm.study.axis import Axis
from abm.study.calibrate.screening import STEP, effects, idle, moved, trajectories, unmoved
from abm.study.calibrate.space import Space
from abm.study.calibrate.targets import Target
from abm.study.design import LEVELS

SPACE = Space(
    {
        "mind.aversion": Axis(low=0.0, high=1.0),
        "mind.altruism": Axis(low=0.0, high=1.0),
        "mind.herding": Axis(low=0.0, high=1.0),
        "platform.a.cost": Axis(low=0.0, high=1.0, together="cost"),
        "platform.b.cost": Axis(low=0.0, high=1.0, together="cost"),
    }
)
NAMES = SPACE.names
GOALS = [
    Target("F1", "pool", "members", LOG, 0.0, 0.06**2, 0.08**2, ()),
    Target("F2", "pool", "share", LOG, 0.0, 0.06**2, 0.08**2, ()),
    Target("F3", "pool", "open", CHANCE, 1.0, 0.0, 0.0, ()),
]


@pytest.fixture(scope="module")
def places() -> np.ndarray:
    return trajectories(SPACE, 8, luck=2)


def simulated(places: np.ndarray, luck: float = 0.0) -> np.ndarray:
    """Members are 2 x aversion less the cost, hardly altruism; the share is 0.2 x the cost; a plan is always open."""
    aversion, altruism, _, cost = places.T
    means = np.stack([2 * aversion - cost + 0.01 * altruism, 0.2 * cost, np.ones(len(places))], axis=1)
    values = np.repeat(means[:, None], 4, axis=1)
    values[:, :, :2] += luck * np.random.default_rng(1).standard_normal((len(places), 4, 2))
    return values


def test_settings_that_go_together_are_one_step_of_a_trajectory(places) -> None:
    assert NAMES == ("mind.aversion", "mind.altruism", "mind.herding", "cost")
    steps = np.abs(np.diff(places.reshape(8, 5, 4), axis=1))
    assert (np.count_nonzero(steps, axis=2) == 1).all()
    assert steps.max() == pytest.approx(STEP)


def test_the_effect_of_a_plane_is_its_slope(places) -> None:
    table = effects(places, simulated(places), NAMES, GOALS).set_index(["target", "name"])
    assert table.loc[("F1", "mind.aversion"), "mean_effect"] == pytest.approx(2.0)
    assert table.loc[("F1", "cost"), "mean_effect"] == pytest.approx(-1.0)
    assert table.loc[("F1", "cost"), "mean_size"] == pytest.approx(1.0)
    assert table.loc[("F2", "cost"), "over_band"] == pytest.approx(2.0)


def test_what_moves_no_target_is_named_and_what_is_moved_by_nothing_too(places) -> None:
    table = effects(places, simulated(places), NAMES, GOALS)
    assert moved(table) == {
        "mind.aversion": ["F1"],
        "mind.altruism": [],
        "mind.herding": [],
        "cost": ["F1", "F2"],
    }
    assert idle(table) == ["mind.altruism", "mind.herding"]
    assert unmoved(table) == ["F3"]


def test_luck_alone_moves_nothing(places) -> None:
    """Runs that differ by ten bands of luck say nothing of a number that does nothing."""
    table = effects(places, simulated(places, luck=1.0), NAMES, GOALS).set_index(["target", "name"])
    assert table.loc[("F2", "mind.herding"), "over_band"] > 1
    assert not table.loc["F2", "moves"].any()
    assert table.loc[("F1", "mind.aversion"), "moves"]
    assert table.loc[("F1", "cost"), "by_luck"] == pytest.approx(math.sqrt(4 / (math.pi * 4)) / STEP, rel=0.15)


def test_a_change_from_or_to_a_point_that_does_not_show_a_target_tells_nothing_of_it(places) -> None:
    """As of the members of a plan that has ended there: the other changes of the trajectory are as good as before."""
    whole = effects(places, simulated(places), NAMES, GOALS).set_index(["target", "name"])
    values = simulated(places)
    values[7, :, 0] = math.nan
    table = effects(places, values, NAMES, GOALS).set_index(["target", "name"])
    assert set(table.index) == set(whole.index)
    for name in NAMES:
        assert table.loc[("F1", name), "mean_effect"] == pytest.approx(whole.loc[("F1", name), "mean_effect"])
    values[7, 0, 1] = math.nan  # another run of the point shows it
    pd.testing.assert_frame_equal(effects(places, values, NAMES, GOALS).set_index(["target", "name"]), table)


def test_of_a_name_whose_changes_are_hardly_shown_nothing_is_said_and_it_is_not_left_out(places) -> None:
    values = simulated(places)
    whole = effects(places, values, NAMES, GOALS)
    changed = np.abs(np.diff(places, axis=0)).argmax(axis=1) == NAMES.index("mind.herding")
    before = [at for at in np.flatnonzero(changed) if at % (len(NAMES) + 1) != len(NAMES)]
    values[before] = math.nan
    table = effects(places, values, NAMES, GOALS)
    assert "mind.herding" in idle(whole)
    assert "mind.herding" not in set(table["name"]) | set(idle(table))
    with pytest.raises(StudyError, match="no target is shown in 50% of the trajectories"):
        effects(places, np.full_like(values, math.nan), NAMES, GOALS)


def test_mean_size_and_bound_are_those_of_the_literature(places) -> None:
    """Campolongo and others (2007), as SALib computes them."""
    values = simulated(places, luck=0.3)[:, :1]
    values[:, 0, 0] += places[:, 0] * places[:, 3]
    table = effects(places, values, NAMES, GOALS[:1]).set_index("name")
    problem = {"num_vars": 4, "names": list(NAMES), "bounds": [[0.0, 1.0]] * 4, "groups": None}
    known = morris.analyze(problem, places, values[:, 0, 0], num_levels=LEVELS, seed=1)
    for at, name in enumerate(NAMES):
        assert table.loc[name, "mean_size"] == pytest.approx(known["mu_star"][at])
        assert table.loc[name, "mean_effect"] == pytest.approx(known["mu"][at])
        assert table.loc[name, "spread"] == pytest.approx(known["sigma"][at])
        assert table.loc[name, "bound"] == pytest.approx(known["mu_star_conf"][at], rel=0.4)


def test_points_that_are_no_trajectories_are_refused(places) -> None:
    with pytest.raises(StudyError, match="39 points are no trajectories of 4 names; each has 5"):
        effects(places[:-1], simulated(places[:-1]), NAMES, GOALS)
