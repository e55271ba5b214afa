"""The page in a real browser, from a real server: buttons, sliders, policies, lives, two worlds, files."""

from base64 import b64decode

import pytest

from abm.cli.main import main

POLICY = "the true level is told"
SETTLED = 40  # half-months after the start: members, shares, leavers, some aid


@pytest.fixture
def visitor(visit):
    return visit()


@pytest.mark.slow
def test_nothing_goes_wrong_while_every_view_is_looked_at(visitor):
    """No error in the console, no status of 400 or more, no request to anybody else: `visit` looks at that."""
    assert visitor.step == 1
    for view, sign in (
        ("Friends and lives", ".huzhu-node"),
        ("Two worlds", ".v-select"),
        ("Events", ".huzhu-events"),
        ("At a glance", ".huzhu-figure img"),
    ):
        visitor.look_at(view, sign)
    assert len(visitor.page.locator(".huzhu-figure img").all()) == 6
    assert len(visitor.requests) > 10


def test_a_step_is_half_a_month(visitor):
    assert visitor.day == "28 October 2018, step 1 of 79"
    visitor.press("Step")
    visitor.waits_for(2)
    assert visitor.day == "14 November 2018, step 2 of 79"


@pytest.mark.slow
def test_time_goes_by_until_it_is_paused_and_begins_anew(visitor):
    visitor.choose("Speed, steps", "as fast as it goes")
    visitor.press("Play")
    visitor.until("+document.querySelector('.huzhu-day').innerText.match(/step (\\d+)/)[1] > 8")
    visitor.press("Pause")
    visitor.page.get_by_role("button", name="Play", exact=True).wait_for()
    at_rest = visitor.day
    visitor.page.wait_for_timeout(1000)  # at this speed ten steps would go by
    assert visitor.day == at_rest
    visitor.press("Reset")
    visitor.waits_for(1)
    assert visitor.day == "28 October 2018, step 1 of 79"


@pytest.mark.slow
def test_at_three_months_a_frame_six_steps_go_by_at_once(visitor):
    visitor.choose("Speed, steps", "3 months a frame")
    visitor.press("Step")
    visitor.waits_for(7)
    assert visitor.day == "28 January 2019, step 7 of 79"


@pytest.mark.slow
def test_at_the_end_of_the_calendar_time_stands_still(visitor):
    visitor.choose("Speed, steps", "3 months a frame")
    visitor.press("Play")
    visitor.waits_for(79)
    for name in ("Play", "Step"):
        assert visitor.page.get_by_role("button", name=name, exact=True).is_disabled()
    visitor.press("Reset")
    visitor.waits_for(1)
    assert visitor.page.get_by_role("button", name="Play", exact=True).is_enabled()


@pytest.mark.slow
def test_a_slider_moves_the_outcome_of_the_same_day_and_as_calibrated_moves_it_back(visitor):
    visitor.go_to(SETTLED)
    day, before = visitor.day, visitor.cards()
    visitor.slide("high risk share", *["ArrowRight"] * 10)
    visitor.shows("high risk share: 0.12")
    visitor.until(f"document.querySelector('[data-card=\"Relative risk\"] b').innerText != '{before['Relative risk']}'")
    visitor.rests()
    assert visitor.day == day
    assert visitor.cards()["Members"] != before["Members"]
    visitor.press("As calibrated")
    visitor.until(f"document.querySelector('[data-card=Members] b').innerText == '{before['Members']}'")
    visitor.page.locator("button:disabled", has_text="As calibrated").wait_for()
    assert visitor.cards() == before


@pytest.mark.slow
def test_two_sliders_moved_one_after_the_other_are_both_moved(visitor):
    """The second does not wait until the first has become a picture."""
    visitor.go_to(SETTLED)
    visitor.slide("optimism", "ArrowRight")
    visitor.slide("herding", "ArrowLeft")
    visitor.shows("mind.herding = ")
    visitor.rests()
    assert visitor.page.get_by_text("mind.optimism = ").count() == 1


@pytest.mark.slow
def test_a_picture_that_comes_late_does_not_move_a_slider_back(visitor):
    """A slider stands where the visitor has put it, while the page still draws the places it came by."""
    visitor.go_to(7)
    slider = visitor.page.get_by_role("slider", name="high risk share", exact=True)
    slider.evaluate(
        """slider => {
            window.places = [];
            new MutationObserver(() => window.places.push(+slider.getAttribute("aria-valuenow"))).observe(
                slider, {attributes: true, attributeFilter: ["aria-valuenow"]});
        }"""
    )
    for _ in range(12):
        slider.press("ArrowRight")
        visitor.page.wait_for_timeout(300)  # so that some pictures are finished on the way
    visitor.shows("high risk share: 0.124")
    visitor.rests()
    places = visitor.page.evaluate("window.places")
    assert places == sorted(places)
    assert places[-1] == 0.124


@pytest.mark.slow
def test_a_slider_moves_by_nobody_but_the_visitor(visitor):
    """A number between two places of a slider stays what it is."""
    visitor.write("Any number: key=value", "mind.altruism=31.37")
    visitor.shows("mind.altruism = 31.37")
    visitor.press("Step")
    visitor.waits_for(2)
    visitor.shows("mind.altruism = 31.37")


@pytest.mark.slow
def test_a_strict_ban_closes_the_plan_and_is_among_the_events(visitor):
    visitor.go_to(7)
    assert visitor.cards()["Members"] != "0.0 million"
    visitor.choose("Policy", "regulator: strict ban")
    visitor.until("document.querySelector('[data-card=Members] b').innerText == '0.0 million'")
    visitor.look_at("Events", ".huzhu-events")
    told = visitor.page.locator(".huzhu-events").inner_text()
    assert "launch" in told
    assert "plans without a licence are forbidden" in told


@pytest.mark.slow
def test_the_product_of_insurance_is_stopped_and_goes_on_as_mutual_aid(visitor):
    visitor.go_to(7)
    visitor.look_at("Events", ".huzhu-events")
    rows = visitor.page.locator(".huzhu-events tr").all_inner_texts()
    assert rows[0].startswith("2018-12-14")
    assert "goes on as mutual aid" in rows[0]
    assert rows[-1].startswith("2018-10-28")
    assert "launch" in rows[-1]


@pytest.mark.slow
def test_another_scenario_is_another_world(visitor):
    visitor.changes_to("jd")
    visitor.go_to(3)
    visitor.look_at("Events", ".huzhu-events")
    assert "stopped as insurance without a licence" in visitor.page.locator(".huzhu-events").inner_text()


@pytest.mark.slow
def test_a_market_has_several_plans_and_each_has_numbers_of_its_own(visitor):
    visitor.changes_to("market")
    visitor.write("Persons simulated", "5,000")
    visitor.until("document.body.innerText.includes('simulated with 5,000 persons')")
    assert {"xianghubao", "waterdrop", "kangai", "meituan"} <= set(visitor.options("Plan"))
    visitor.go_to(43)
    before = visitor.cards()
    visitor.choose("Plan", "kangai")
    visitor.until(f"document.querySelector('[data-card=Members] b').innerText != '{before['Members']}'")
    assert len(visitor.page.locator(".huzhu-figure img").all()) == 6


def test_a_click_on_a_person_tells_their_life(visitor):
    visitor.go_to(SETTLED)
    visitor.look_at("Friends and lives", ".huzhu-node")
    node = visitor.page.locator(".huzhu-node").first
    row = node.get_attribute("data-row")
    assert node.locator("title").text_content().startswith(f"person {row}, a ")
    node.click()
    visitor.page.get_by_role("heading", name=f"Person {int(row):,}", exact=True).wait_for()
    assert len(visitor.page.locator(".huzhu-life li").all()) >= 1


@pytest.mark.slow
def test_the_longest_payer_tells_what_they_paid(visitor):
    visitor.go_to(SETTLED)
    visitor.look_at("Friends and lives", ".huzhu-node")
    visitor.page.get_by_text("The one", exact=True).wait_for()
    first = visitor.options("The one")[0]
    visitor.choose("The one", first)
    visitor.page.locator(".huzhu-life li").first.wait_for()
    assert "paid" in visitor.page.locator(".huzhu-life").inner_text()


@pytest.mark.slow
def test_a_person_there_is_not_is_refused_and_the_next_is_told(visitor):
    visitor.look_at("Friends and lives", ".huzhu-node")
    visitor.write("Person, by number", "5000")
    assert "0 to 4999" in visitor.fault
    visitor.write("Person, by number", "4999")
    visitor.page.get_by_role("heading", name="Person 4,999", exact=True).wait_for()
    assert visitor.page.locator(".huzhu-fault").count() == 0


@pytest.mark.slow
def test_two_worlds_stand_side_by_side(visitor):
    visitor.go_to(SETTLED)
    visitor.look_at("Two worlds", ".v-select")
    visitor.choose("The second world: the same people and luck, and", POLICY)
    visitor.page.locator(".huzhu-figure img").first.wait_for()
    visitor.rests()
    assert visitor.cards(0) != visitor.cards(1)
    assert visitor.cards(0).keys() == visitor.cards(1).keys()
    told = visitor.page.locator("ul", has_text="only in the second").first.inner_text()
    assert "persons are in a plan only in the second world" in told
    assert "paid more in the second" in told
    assert visitor.page.locator("svg.huzhu-friends").count() == 2
    rings = visitor.page.locator("svg.huzhu-friends").nth(1).locator("circle").count()
    looks = [
        [(each.get_attribute("class"), each.locator("path").get_attribute("fill")) for each in world.locator("g").all()]
        for world in visitor.page.locator("svg.huzhu-friends").all()
    ]
    differing = sum(here != there for here, there in zip(*looks, strict=True))
    assert rings == differing > 0
    pictures = visitor.page.locator(".huzhu-figure img").all()
    assert len(pictures) == 4
    drawn = b64decode(pictures[0].get_attribute("src").partition("base64,")[2]).decode()
    assert f">{POLICY}</text>" in drawn
    assert ">as set</text>" in drawn


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label", "text", "message"),
    [
        ("Persons simulated", "abc", "must be a whole number"),
        ("Persons simulated", "5", "must be from 100"),
        ("Seed", "99999999999999999999999", "must be a whole number from 0"),
        ("Any number: key=value", "mind.altruizm=3", "did you mean"),
        ("Any number: key=value", "mind.altruism=-3", "below"),
        ("Any number: key=value", "nonsense", "key=value"),
    ],
)
def test_a_bad_value_is_refused_and_everything_goes_on(visitor, label, text, message):
    before = visitor.cards()
    visitor.write(label, text)
    assert message.lower() in visitor.fault.lower()
    assert visitor.cards() == before
    visitor.press("Step")
    visitor.waits_for(2)
    visitor.write("Any number: key=value", "mind.altruism=0")
    visitor.shows("mind.altruism = 0")
    visitor.rests()
    assert visitor.page.locator(".huzhu-fault").count() == 0


@pytest.mark.slow
def test_what_is_downloaded_is_what_the_command_writes(visitor, tmp_path):
    visitor.go_to(SETTLED)
    visitor.slide("altruism", "ArrowLeft")
    visitor.shows("(was 30)")
    visitor.rests()
    names = {"series.csv": "series (CSV)", "history.svg": "figure (SVG)", "scenario.toml": "scenario (TOML)"}
    files = {name: visitor.download(words) for name, words in names.items()}
    (tmp_path / "scenario.toml").write_bytes(files["scenario.toml"])
    command = visitor.page.locator("code").inner_text().split()
    assert command[:3] == ["huzhu", "run", "scenario.toml"]
    words = ["run", str(tmp_path / "scenario.toml"), *command[3:], "--out", str(tmp_path / "out")]
    assert main(words) == 0
    for name, content in files.items():
        assert (tmp_path / "out" / name).read_bytes() == content, name


@pytest.mark.slow
def test_two_tabs_do_not_disturb_each_other(visit):
    one, other = visit(), visit()
    one.write("Seed", "7")
    one.go_to(3)
    other.press("Step")
    other.waits_for(2)
    assert one.step == 3
    assert other.page.get_by_label("Seed", exact=True).input_value() == "1"
    assert one.page.get_by_label("Seed", exact=True).input_value() == "7"
    seen = one.cards()
    other.go_to(3)
    assert other.cards()["Members"] != seen["Members"]
    other.leave()
    one.press("Step")
    one.waits_for(4)
