"""What happened in a run, in words and small tables: closings, acts of the regulator, who paid for whom."""

import re

import pandas as pd

from abm.observation.columns import aligned
from abm.observation.events import REGULATOR, STOPS

STOP = "product stopped"
MONEY = ("paid_yuan", "deposits_yuan", "aid_yuan", "net_yuan")


def acts(events: pd.DataFrame) -> pd.DataFrame:
    """What the regulator did: date, act, and the platform where it was done to one."""
    own = events["who"] == REGULATOR
    stopped = events["kind"].isin(STOPS)
    found = events[own | stopped]
    return pd.DataFrame(
        {
            "date": found["date"],
            "act": found["what"].where(own[found.index], STOP),
            "platform": found["who"].where(~own[found.index], ""),
            "detail": found["detail"],
        }
    )


def closings_table(closings: pd.DataFrame) -> str:
    """The ends of plans in the order of their announcement."""
    if closings.empty:
        return "No plan was announced to end."
    rows = [
        (end["platform"], str(end["announced"]), end["kind"], f"{end['members'] / 1e6:,.2f} m", _short(end["reason"]))
        for end in closings.to_dict("records")
    ]
    return "\n".join(aligned([("platform", "announced", "kind", "members", "reason"), *rows], numbers=(3,)))


def acts_table(events: pd.DataFrame) -> str:
    """What the regulator did, when, and to whom."""
    found = acts(events)
    if found.empty:
        return "The regulator looked on."
    rows = [(str(each["date"]), each["act"], each["platform"], each["detail"]) for each in found.to_dict("records")]
    return "\n".join(aligned([("date", "act", "platform", "detail"), *rows], numbers=()))


def transfers_table(transfers: pd.DataFrame) -> str:
    """Who paid for whom: thousand persons and million yuan by age and risk, with the sum of all."""
    total = transfers.drop(columns=["age", "risk"]).sum()
    everybody = {"age": "all", "risk": ""} | total.to_dict()
    rows = [
        (each["age"], each["risk"], f"{each['persons'] / 1e3:,.0f}", *(f"{each[name] / 1e6:,.1f}" for name in MONEY))
        for each in [*transfers.to_dict("records"), everybody]
    ]
    head = ("age", "risk", "thousand persons", "shares", "in deposits", "aid", "net, million yuan")
    return "\n".join(aligned([head, *rows], numbers=(2, 3, 4, 5, 6)))


def _short(reason: str) -> str:
    """A reason with its large numbers in millions."""
    return re.sub(r"\d{1,3}(?:,\d{3}){2,}", lambda found: f"{int(found[0].replace(',', '')) / 1e6:,.1f} m", reason)
