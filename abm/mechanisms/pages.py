"""Mechanisms of the pages on which plans are offered: who uses them, row A20 of the table."""

from abm.mechanisms.switches import Mechanism, Switch

# fmt: off
OF_MEMBERS = (
    Mechanism("A20", "audience of pages",
        "People of one tier and age use the pages of a platform more than others, and only who uses them can join. "
        "Three quarters of the members of one plan lived in cities of tier 3 and below (F154), more than of the "
        "largest (F034).",
        (Switch({"platform.PLAN.users.tier_1": 1.0, "platform.PLAN.users.tier_2": 1.0},
            "members by city tier", ("tier_3", "low_income"), variant="tier"),
         Switch({"platform.PLAN.users.under_30": 1.0, "platform.PLAN.users.from_50": 1.0},
            "members by age; risk of members", ("under_30", "mean_age", "relative_risk"), variant="age"))),
)
