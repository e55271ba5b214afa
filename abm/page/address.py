"""What the page's address says: which world, how far, and which view of it. A reload or a link shows the same again."""

import contextlib
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import tomli_w

from abm.errors import HuzhuError, PageError, ScenarioError, nearest, shown
from abm.page.choices import POLICIES, Setup, as_usual, check, policy, whole, with_changes
from abm.page.frames import Frame
from abm.page.requests import VIEWS, Request
from abm.scenario.paths import setting

ONE = ("scenario", "persons", "seed", "drive", "plan", "second", "second_plan", "view", "step")
KEYS = (*ONE, "set")  # of which there may be several
OTHERS = ("token",)  # by which Jupyter knows its user
LONGEST = 8_000  # letters
HALF_YEAR = 12  # steps
LISTS = ('"" = [ [ ', ", ], ] ")  # around a value in a list of lists


def of_frame(frame: Frame) -> str:
    """The query of an address that shows what a frame shows; empty where it would be too long.

    While time goes by it says how far at each half year, lest it change with every frame.
    """
    setup = frame.setup
    said: list[tuple[str, Any]] = [("scenario", setup.case), ("persons", setup.persons), ("seed", setup.seed)]
    said += [("drive", setup.drive)] if setup.drive != Setup.drive else []
    said += [("set", _change(path, value)) for path, value in setup.changes]
    said += [("plan", frame.plan)] if len(frame.plans) > 1 else []
    for name in frame.names[1:]:
        for plan in (frame.plan, *frame.plans):
            if name in POLICIES and policy(name, setup, plan) == frame.counterfactual:
                said += [("second", name)] + ([("second_plan", plan)] if plan != frame.plan else [])
                break
    said += [("view", frame.view)] if frame.view != Request.view else []
    step = frame.step // HALF_YEAR * HALF_YEAR if frame.playing else frame.step
    said += [("step", step)] if step > 1 else []
    query = urlencode(said, safe=" =.,:/[]").replace(" ", "+")
    return query if len(query) <= LONGEST else ""


def _change(path: str, value: Any) -> str:
    """``key=value`` of which `setting` makes the same again."""
    plain = f"{path}={value}"
    with contextlib.suppress(ScenarioError):  # of a text that is empty, or looks like numbers or lists
        if setting(plain) == (path, value):
            return plain
    text = re.sub(r"\n *", " ", tomli_w.dumps({"": [[value]]}))  # which stands in a list of lists on one line
    return f"{path}={text.removeprefix(LISTS[0]).removesuffix(LISTS[1])}"


def request_of(query: str, start: Setup) -> Request:
    """What an address asks for; what it says nothing about is as the page was started, or usual for the scenario.

    Raises a `HuzhuError`, in a line, for what is not known or not possible.
    """
    try:
        return _request_of(query, start)
    except HuzhuError as error:
        line, *more = str(error).splitlines()
        raise PageError(f"in the address: {line}{f' (and {len(more)} more)' if more else ''}") from None


def _request_of(query: str, start: Setup) -> Request:
    if len(query) > LONGEST:
        raise PageError(f"{len(query):,} letters are too many; {LONGEST:,} will do")
    said = parse_qs(query, keep_blank_values=True)
    for key, values in said.items():
        if key not in KEYS + OTHERS:
            raise PageError(f"there is no setting {shown(key)}{nearest(key, list(KEYS))}; there are {', '.join(KEYS)}")
        if key in ONE and len(values) > 1:
            raise PageError(f"{key} is set {len(values)} times")
    one = {key: said[key][0] for key in ONE if key in said}
    setup = as_usual(one["scenario"], start, start.seed) if "scenario" in one else start
    setup = replace(
        setup,
        persons=whole("persons", one["persons"]) if "persons" in one else setup.persons,
        seed=whole("seed", one["seed"]) if "seed" in one else setup.seed,
        drive=one.get("drive", setup.drive),
    )
    setup = with_changes(setup, dict(map(setting, said.get("set", ()))))
    check(setup, start)
    plans = tuple(setup.scenario().platform)
    plan, second_plan = one.get("plan", ""), one.get("second_plan", one.get("plan", plans[0]))
    _require("plan", plan, ("", *plans))
    _require("second_plan", second_plan, plans)
    second, view = one.get("second", ""), one.get("view", Request.view)
    _require("second", second, ("", *POLICIES))
    _require("view", view, tuple(VIEWS))
    return Request(
        setup,
        counterfactual=policy(second, setup, second_plan) if second else None,
        counterfactual_name=second,
        steps=max(1, whole("step", one.get("step", "1"))),
        view=view,
        plan=plan,
    )


def _require(key: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise PageError(f"{key} = {shown(value)}: there are {', '.join(filter(None, known))}")
