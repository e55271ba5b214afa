"""Mechanisms of what boards do about members who leave, about owners and about rivals, from row B16 of the table on."""

from abm.mechanisms.switches import Mechanism, Switch

# fmt: off
BOARDS = (
    Mechanism("B16", "remedies against exits",
        "A board that sees too many members leave may teach them the true level, cut aid for mild cases or lower the "
        "fee, as the largest plan changed its rules and then taught its members before its end. It does so where the "
        "members kept are worth more than that costs.",
        (Switch({"platform.PLAN.parent.remedies.considered": False}, "lessons, new terms, and exits after them",
            ("education", "fee_rate", "expected_share", "left"), ("events.csv",)),)),
    Mechanism("B17", "shared owners",
        "One company stood behind several plans (F292, F293). The end of one, or a stop by the regulator, costs the "
        "others trust and makes them stand out; the name of the owner is lost once, and systems may be built once "
        "(F127, F128).",
        (Switch({"platform.PLAN.owner": None}, "trust in the other plans of an owner after the end of one; their costs",
            ("trust", "technology", "closings"), ("events.csv",)),)),
    Mechanism("B18", "rivalry",
        "Boards answer the terms of the largest other plan, where these are better for newcomers, some time later and "
        "in part; small plans, which have no name, promise less than all others, or keep to cities of some tiers.",
        (Switch({"platform.PLAN.parent.rivalry.answers": False}, "fee and cover of a plan beside those of its rival",
            ("fee_rate", "members", "joined"), ("events.csv",), variant="answers"),
         Switch({"platform.PLAN.small_plans.undercuts": False}, "what newcomers of small plans expect; pressure by it",
            ("expected_share", "joined", "alarm_promotion"), variant="small plans"),
         Switch({"platform.PLAN.tiers": [1, 2, 3]}, "members by tier of their cities", ("tier_3", "members"),
            variant="local"))),
)
