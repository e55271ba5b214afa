"""Plans end in every way beside each other: no fen is lost, the books agree, and both drives leave the same bytes."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.ledger import deposits, own
from abm.model import MutualAidModel
from abm.platforms.closing import Stage
from worlds.audits import step_with_audits
from worlds.busy import digest, finish
from worlds.endings import PLANS, ending_market

ROOT = Path(__file__).parent.parent.parent
STEPS = 41
EVERY_FLOW = (
    "aid, annual_cap, borne_by_insurer, case_cap, conversion, deposit, drawn, fee, guarantee, investigation, "
    "left_over, levy, refund, returned, run_off, seized, share, shortfall, subsidy, traffic"
)


def deposits_held(model: MutualAidModel) -> dict[str, int]:
    """What the members of each plan have paid in, by their own rows."""
    rows = model.memberships[model.memberships["balance"] > 0]
    return {each.name: int(rows["balance"][rows["platform"] == each.index].sum()) for each in model.platforms}


def surpluses(model: MutualAidModel) -> dict[str, int]:
    """All surplus that the series report of each plan, fen of the simulated."""
    table = model.datacollector.get_model_vars_dataframe()
    return {name: round(table[f"{name}.surplus"].sum() * 100 / model.weight) for name in PLANS}


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    fee=st.floats(0, 0.5),
    annual_cap=st.floats(0, 100),
    case_cap=st.floats(0, 0.05),
    deposit=st.floats(0, 30),
    notice=st.integers(0, 120),
    returned=st.floats(0, 1),
    capacity=st.floats(0, 5_000),
    custody=st.booleans(),
    borne=st.booleans(),
)
def test_no_fen_is_lost_however_plans_end(
    seed: int,
    fee: float,
    annual_cap: float,
    case_cap: float,
    deposit: float,
    notice: int,
    returned: float,
    capacity: float,
    custody: bool,
    borne: bool,
) -> None:
    terms = {"fee_rate": fee, "annual_cap": annual_cap, "case_cap": case_cap, "capacity": capacity, "custody": custody}
    terms |= {"closing.notice_days": notice, "closing.shares_refunded": returned, "closing.run_off_borne": borne}
    changes = {f"platform.{name}.{term}": value for name in PLANS for term, value in terms.items()}
    changes |= {f"platform.{name}.deposit": deposit for name in ("stopped", "fled", "fringe")}
    model = ending_market(seed, changes, drive="compiled")
    while model.running:
        step_with_audits(model)
        assert deposits_held(model) == {name: model.ledger.balances[deposits(name)] for name in PLANS}
    assert surpluses(model) == pytest.approx({name: model.ledger.balances[own(name)] for name in PLANS}, abs=0)


def test_the_market_ends_in_every_way_and_money_flows_for_every_purpose() -> None:
    flows: Counter[str] = Counter()
    kinds = set()
    for seed in range(4, 8):
        model = ending_market(seed)
        while model.running:
            model.step()
            for (_, purpose), amount in model.ledger.flows.items():
                flows[purpose] += amount
        kinds |= {(closing.platform, closing.kind) for closing in model.closings}
    assert {("unwanted", "active"), ("small", "passive"), ("stopped", "ordered"), ("fled", "flight")} <= kinds
    assert [purpose for purpose in EVERY_FLOW.split(", ") if not flows[purpose]] == []


def test_standings_only_move_on() -> None:
    model = ending_market()
    before = [each.stage for each in model.platforms]
    while model.running:
        model.step()
        after = [each.stage for each in model.platforms]
        assert all(b <= a <= b + 1 for b, a in zip(before, after, strict=True))
        before = after
    assert Stage.CLOSED in before
    assert Stage.OPEN in before


def test_nobody_is_inside_a_closed_plan_nor_holds_a_balance_there() -> None:
    model = finish(ending_market())
    closed = [each.index for each in model.platforms if each.stage == Stage.CLOSED]
    rows = model.memberships[np.isin(model.memberships["platform"], closed)]
    assert rows.size > 100
    assert not np.isin(rows["status"], (1, 2, 3, 4)).any()
    assert not rows["balance"].any()


def test_plans_that_end_are_the_same_one_by_one_and_all_at_once() -> None:
    one_by_one = digest(finish(ending_market(drive="agents"), STEPS))
    model = finish(ending_market(drive="compiled"), STEPS)
    assert digest(model) == one_by_one
    assert len({closing.kind for closing in model.closings}) == 4
    assert {"warning", "rectification"} <= {event["what"] for event in model.events}


@pytest.mark.slow
def test_plans_that_end_are_the_same_in_plain_python(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path[:0] = ['tests']; from worlds.busy import *; from worlds.endings import *; "
        "print(digest(finish(ending_market(changes={'people.persons': 150}), 30)))"
    )
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    model = finish(ending_market(changes={"people.persons": 150}), 30)
    assert done.stdout.strip() == digest(model), done.stderr
    assert model.closings
