"""What the page says of two worlds and of those who left is what happened in them."""

import pytest

from abm.model import MutualAidModel
from abm.page.charts import beside
from abm.page.friends import why_left
from abm.runs.run import so_far
from abm.story.events import Kind
from worlds.busy import finish
from worlds.stories import told


def test_the_gap_between_two_worlds_is_the_second_less_the_first() -> None:
    cheap, dear = (
        finish(MutualAidModel(persons=3_000, seed=1, changes={"platform.xianghubao.advertised_share": share}), 20)
        for share in (0.1, 5.0)
    )
    gap = (dear.latest["xianghubao.members"] - cheap.latest["xianghubao.members"]) / 1e6
    assert gap < 0
    members = beside(so_far(cheap), so_far(dear), ("cheap", "dear"), "xianghubao")[0]
    assert members.title == f"Members: {gap:+.2f} million persons in the second world"


@pytest.mark.slow
def test_why_somebody_left_is_what_weighed_most_against_staying_on_that_day() -> None:
    leavers = 0
    for life in told("busy").values():
        left = [each for each in life if each.kind == Kind.LEFT and each.terms]
        words = why_left(life)
        assert bool(words) == bool(left)
        if left:
            leavers += 1
            assert words.startswith(f"left {left[-1].platform} on {left[-1].day}: ")
            assert words.endswith(f"{-min(term.worth for term in left[-1].terms):,.0f} yuan a year")
    assert leavers > 10
