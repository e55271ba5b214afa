"""One account pays for a household: what is charged is charged once, and fails for all of it or for nobody."""

import numpy as np

from abm.persons.guardians import in_care
from abm.persons.paying import no_cash_flows, settle
from abm.persons.state import Status
from worlds.families import PERSONS, UNWILLING, accounts, families
from worlds.plain import certain_illness, run
from worlds.switches import SIGMAS, inside


def test_one_account_pays_for_a_family_or_fails_for_all_of_it() -> None:
    """By hand: a case of 10,000 yuan among all, of whose deductions three of ten fail, and half of the retries.

    What is missing is divided once more in the next period. Everybody who is in is charged for both, once.
    """
    model, care, guardians = families(
        people__deduction_failure=0.3, people__retry_failure=0.5, health__accident_share=1.0
    )
    model.persons["credit"] = 650
    strike = certain_illness(model)
    run(model, 2)
    alone = int(np.flatnonzero(~care & (np.bincount(guardians, minlength=PERSONS) == 1))[0])
    strike(alone)
    paid = run(model, 1)
    others, account = np.arange(PERSONS) != alone, accounts(model)
    share = -(-1_000_000 // (PERSONS - 1))
    mine = model.memberships[:, 0]
    assert model.persons["received"][alone] == 1_000_000
    failed = mine["balance"] < 0
    assert (failed == failed[account])[others].all()
    assert (mine["balance"][failed] == -share).all()
    assert (mine["paid"] == np.where(failed | ~others, 0, share))[others].all()
    assert round(paid["collected"][-1] * 100) == share * int((~failed & others).sum())
    households = (account == np.arange(PERSONS)) & others
    assert (~households & failed).sum() > 100
    assert abs(failed[households].mean() - 0.3) < SIGMAS * np.sqrt(0.3 * 0.7 / households.sum())
    model.persons["frailty"] = 0.0
    before = mine["paid"].copy()
    again = run(model, 1)
    missing = round(again["share"][-1] * 100)
    removed = mine["status"] == Status.LAPSED
    assert (removed == removed[accounts(model)])[others].all()
    assert (removed <= failed).all()
    assert abs(removed[households & failed].mean() - 0.5) < SIGMAS * 0.5 / np.sqrt((households & failed).sum())
    assert (mine["balance"] == mine["balance"][accounts(model)])[others].all()
    assert (mine["paid"] - mine["balance"] == share + missing)[others & ~removed].all()
    kept = others & ~removed & (mine["balance"] == 0)
    assert (mine["paid"] - before == np.where(failed, share + missing, missing))[kept].all()
    assert (mine["paid"] == 0)[removed].all()
    assert round(again["collected"][-1] * 100) == (mine["paid"] - before).sum()
    model.audit()


def test_a_family_is_in_one_small_plan_and_loses_its_cover_and_deposit_together() -> None:
    """Half of the small plans that are counted together as one end now, and half of those take the deposits along."""
    bands = [{"age_from": 0, "age_to": 105, "cover": 10_000.0, "deposit": 3.0}]
    model, _, _ = families(platform__pool__bands=bands)
    run(model, 3)
    model.world.offers["ending"], model.world.offers["seized"] = 0.5, 0.5
    flows, mine = no_cash_flows(model.world), model.memberships[:, 0]
    for row in range(PERSONS):
        settle(model.persons[row], model.memberships[row], row, model.world, flows)
    ended, lost = mine["status"] == Status.ENDED, mine["paid"] > 0
    assert (ended == ended[accounts(model)]).all()
    assert (lost == lost[accounts(model)])[ended].all()
    households = ~in_care(model.persons, model.world)
    for share, of in ((ended, households), (lost, households & ended)):
        assert abs(share[of].mean() - 0.5) < SIGMAS * 0.5 / np.sqrt(of.sum())


def test_a_deposit_is_filled_up_while_the_guardian_is_in_the_plan() -> None:
    """Those in care hate the plan, and their deposits of three yuan are filled up for a share of five. Where the
    guardian left in the period before, a used-up deposit is not, and that is the end.
    """
    bands = [{"age_from": 0, "age_to": 105, "cover": 10_000.0, "deposit": 3.0}]
    model, care, guardians = families(platform__pool__bands=bands, health__accident_share=1.0)
    model.persons["altruism"][care] = UNWILLING
    strike = certain_illness(model)
    run(model, 2)
    first, second = np.flatnonzero(~care & (np.bincount(guardians, minlength=PERSONS) == 1))[:2].tolist()
    strike(first)
    paid = run(model, 1)
    others, care = ~np.isin(np.arange(PERSONS), (first, second)), in_care(model.persons, model.world)
    assert inside(model)[care].all()
    assert paid["share"][-1] > 3
    assert (model.memberships["paid"][care, 0] == 6_00).all()
    leaving = ~care & others & (np.arange(PERSONS) % 3 == 0)
    model.persons["altruism"][leaving] = UNWILLING
    run(model, 1)
    strike(second)
    run(model, 1)
    care = in_care(model.persons, model.world)
    lapsed = model.memberships["status"][:, 0] == Status.LAPSED
    assert (lapsed == (care & leaving[guardians]))[care].all()
    assert lapsed[care].sum() > 50
    model.audit()
