"""Every view of the page, as it is seen on a desk, a telephone and a wall, in light and dark.

With ``HUZHU_PICTURES=1`` the pictures are of as many persons as the scenario has, and go to results/examples/page.
"""

import os
from pathlib import Path

import pytest

from worlds import pages

EXAMPLES = Path(__file__).parent.parent.parent / "results" / "examples" / "page"
FOR_EXAMPLES = os.environ.get("HUZHU_PICTURES") == "1"
HALF_WAY, LATE = 43, 67  # half-months: July 2020, July 2021
TELEPHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
RIVAL = "The second world: the same people and luck, and"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    """The page of Xianghubao."""
    persons = "100000" if FOR_EXAMPLES else "20000"
    with pages.serving("xianghubao", "--persons", persons, log=tmp_path_factory.mktemp("page") / "log.txt") as found:
        yield found


@pytest.fixture
def keep(tmp_path):
    """Keep a picture of what is seen; among the examples where that was asked for."""
    folder = EXAMPLES if FOR_EXAMPLES else tmp_path

    def draw(visitor: pages.Visitor, name: str, whole: bool = True) -> None:
        visitor.page.mouse.move(5, 5)
        visitor.page.wait_for_timeout(600)  # until ripples and sliding parts are at rest
        file = folder / f"{name}.png"
        visitor.page.screenshot(path=file, full_page=whole)
        assert file.stat().st_size > 20_000

    return draw


def fits(visitor: pages.Visitor) -> bool:
    """Nothing is wider than the window, so nobody must scroll sideways."""
    return bool(visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_every_view_on_a_desk(visit, keep):
    visitor = visit(viewport={"width": 1400, "height": 1250})
    visitor.go_to(HALF_WAY)
    assert fits(visitor)
    keep(visitor, "at_a_glance")
    visitor.look_at("Friends and lives", ".huzhu-node")
    visitor.choose_first("The one")
    visitor.page.locator(".huzhu-life li").first.wait_for()
    visitor.rests()
    assert fits(visitor)
    keep(visitor, "friends_and_a_life")
    visitor.look_at("Two worlds", ".v-select")
    visitor.choose(RIVAL, "the true level is told")
    visitor.page.locator(".huzhu-figure img").first.wait_for()
    visitor.rests()
    assert fits(visitor)
    keep(visitor, "two_worlds")
    visitor.look_at("Events", ".huzhu-events")
    assert fits(visitor)
    keep(visitor, "events")


def test_a_telephone_shows_everything_below_each_other(visit, keep):
    visitor = visit(**TELEPHONE)
    side = visitor.page.get_by_text("Plan and policy", exact=True)
    assert not side.is_visible()
    visitor.go_to(HALF_WAY)
    assert fits(visitor)
    keep(visitor, "telephone")
    visitor.look_at("Friends and lives", ".huzhu-node")
    visitor.rests()
    assert fits(visitor)
    keep(visitor, "telephone_friends")
    visitor.page.locator("header button").first.click()
    side.wait_for()
    visitor.slide("altruism", "ArrowLeft")
    visitor.shows("(was 30)")
    keep(visitor, "telephone_numbers")


def test_a_projector_shows_the_numbers_and_three_pictures_in_a_row(visit, keep):
    visitor = visit(**PROJECTOR)
    visitor.go_to(LATE)
    pictures = [each.bounding_box() for each in visitor.page.locator(".huzhu-figure").all()]
    assert len({round(box["y"]) for box in pictures}) == 2
    assert fits(visitor)
    assert visitor.page.get_by_text("Plan and policy", exact=True).is_visible()
    keep(visitor, "projector", whole=False)


def test_in_the_dark_everything_is_still_legible(visit, keep):
    """The ground is dark, and what is drawn on it is light."""
    visitor = visit(color_scheme="dark", viewport={"width": 1400, "height": 1250})
    visitor.go_to(HALF_WAY)
    assert visitor.page.locator(".theme--dark .huzhu-figure img").count() == 6
    keep(visitor, "dark")
    visitor.look_at("Friends and lives", ".huzhu-node")
    visitor.choose_first("The one")
    visitor.page.locator(".huzhu-life li").first.wait_for()
    visitor.rests()
    keep(visitor, "dark_friends")
