"""What the address says is the world that is seen, there and back; what is wrong in it is said in a line."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from abm.errors import PageError
from abm.page.address import LONGEST, of_frame, request_of
from abm.page.choices import Setup, policy
from abm.page.requests import Request

START = Setup(persons=2_000)
CHANGES = (
    ("mind.altruism", 31.37),
    ("platform.xianghubao.waiting_days", 180),
    ("supervision.policy", "strict_ban"),
    ("people.fellows", False),
    ("calendar.end", date(2021, 12, 31)),
    ("title", " 'a' & \"b\"\n=1; 50 % "),
    ("summary", "180"),
    ("insurance.commercial.title", ""),
    ("insurance.city.title", " \u3000\u2028"),
    ("platform.pool", {"launch": date(2019, 1, 1), "fee_rate": 0.1}),
)


def seen(request: Request, plans=("xianghubao",), playing=False) -> SimpleNamespace:
    """A frame that fulfils a request, as far as an address says it."""
    names = ("as set", request.counterfactual_name)[: len(request.worlds)]
    return SimpleNamespace(
        setup=request.setup, counterfactual=request.counterfactual, names=names, plan=request.plan or plans[0],
        plans=plans, view=request.view, step=request.steps, playing=playing,
    )  # fmt: skip


@pytest.mark.parametrize(
    "request_made",
    [
        Request(START),
        Request(Setup("waterdrop", 300, 7, "agents"), steps=12, view="friends"),
        Request(replace(START, changes=CHANGES)),
        Request(START, policy("no fee", START, "xianghubao"), "no fee", view="worlds", steps=79),
        Request(START, (), "as it was"),
    ],
)
@pytest.mark.parametrize("start", [START, Setup("jd", 500, 3, "agents", (("mind.altruism", 1.0),))])
def test_an_address_asks_for_what_was_seen_wherever_the_page_was_started(request_made, start):
    assert request_of(of_frame(seen(request_made)), start) == request_made


@pytest.mark.parametrize("plan", ["waterdrop", "kangai"])
def test_a_second_world_of_another_plan_than_the_one_looked_at_is_the_same_again(plan):
    setup = Setup("market", 2_000)
    made = Request(setup, policy("no fee", setup, "waterdrop"), "no fee", plan=plan)
    query = of_frame(seen(made, ("xianghubao", "waterdrop", "kangai")))
    assert request_of(query, START) == made


def test_while_time_goes_by_the_address_tells_each_half_year():
    """It does not change with every frame, and who comes back to it has lost little."""
    told = [of_frame(seen(Request(START, steps=steps), playing=True)) for steps in range(2, 40)]
    assert len(set(told)) == 4
    assert [request_of(query, START).steps for query in told] == [max(1, steps // 12 * 12) for steps in range(2, 40)]


def test_an_address_that_would_be_too_long_is_none():
    assert of_frame(seen(Request(replace(START, changes=(("summary", "x" * LONGEST),))))) == ""


def test_an_address_is_to_be_read():
    made = Request(replace(START, changes=(("mind.altruism", 12.0),)), steps=5)
    assert of_frame(seen(made)) == "scenario=xianghubao&persons=2000&seed=1&set=mind.altruism=12.0&step=5"


def test_what_an_address_does_not_say_is_as_the_page_was_started():
    start = Setup("jd", 500, 3, "compiled", (("mind.altruism", 1.0),))
    assert request_of("", start) == Request(start)
    assert request_of("seed=5&token=abc", start) == Request(replace(start, seed=5))
    assert request_of("set=mind.herding=0.5", start).setup.changes == (*start.changes, ("mind.herding", 0.5))
    assert request_of("scenario=jd", start).setup.changes == ()


@pytest.mark.parametrize("text", ["people.persons=3e3", "people={persons=3000}", "people.persons=3000.0"])
def test_the_number_of_persons_may_be_set_as_any_number(text):
    assert request_of(f"set={text}", START) == Request(replace(START, persons=3_000))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sead=3", "there is no setting 'sead'; did you mean 'seed'?"),
        ("seed=-1", "seed = '-1' must be a whole number"),
        (f"seed={'9' * 5000}", "seed = '999"),
        (f"seed={'9' * 23}", "must be a whole number from 0"),
        ("seed=1&seed=2", "seed is set 2 times"),
        ("persons=5", "people.persons = 5 must be from 100"),
        ("set=people.persons=0.5", "people.persons = 0.5 must be from 100"),
        ("set=people.persons=many", "people.persons = 'many' must be from 100"),
        ("persons=1000000&drive=agents", "to 20,000 on the page"),
        ("drive=horses", "drive = 'horses': there are compiled, agents"),
        ("scenario=jdd", "no scenario 'jdd'; did you mean 'jd'?"),
        ("scenario=/etc/passwd", "no scenario '/etc/passwd'; there are"),
        ("set=mind.altruizm=3", "mind.altruizm: unknown key; did you mean 'altruism'?"),
        ("set=mind.altruism=-3&set=mind.inertia=-1", "mind.altruism = -3 is below 0"),
        ("set=nonsense", "nonsense: write key=value"),
        ("set=health.incidence_file=/etc/passwd", "the page reads no files of this machine"),
        ("set=health={incidence_file='../x.csv'}", "the page reads no files of this machine"),
        (f"set=mind.altruism={'[' * 2000}", "mind.altruism: tables or lists lie too deep in each other"),
        (f"set=mind.altruism={'9' * 5000}", "mind.altruism: a number of thousands of digits"),
        (f"set=mind.{'a.' * 2000}b=1", "tables or lists lie too deep in each other"),
        ("plan=xinghubao", "plan = 'xinghubao': there are xianghubao"),
        ("second=free", "second = 'free': there are as it was"),
        ("view=everything", "view = 'everything': there are glance"),
        ("step=soon", "step = 'soon' must be a whole number"),
        ("%00=%ff", "there is no setting"),
        ("a" * (LONGEST + 1), "letters are too many"),
    ],
)
def test_what_is_wrong_in_an_address_is_one_short_line(query, words):
    with pytest.raises(PageError) as refused:
        request_of(query, START)
    line = str(refused.value)
    assert line.startswith("in the address: ")
    assert words in line
    assert "\n" not in line
    assert len(line) < 500


def test_files_with_which_the_page_was_started_stay(tmp_path):
    table = tmp_path / "incidence.csv"
    start = replace(START, changes=(("health.incidence_file", str(table)),))
    assert request_of("seed=2", start).setup.changes == start.changes
