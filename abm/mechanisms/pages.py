"""Mechanisms of the pages on which plans are offered: who uses them, row A20, and what comes by them, B14 and B15."""

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

OF_PLATFORMS = (
    Mechanism("B14", "crowdfunding as a channel",
        "Friends raise money for somebody who is ill on a page of the platform, and whoever looks at it is offered the "
        "plan: illness in a circle recruits members, without marketing (F286).",
        (Switch({"platform.PLAN.crowdfunding.raising": 0.0}, "joiners among friends of the ill, and others",
            ("joined", "members")),)),
    Mechanism("B15", "other sales to members",
        "A parent sells its members credit, wealth management and goods for health too. That is income of its own, "
        "which wears out, and keeps a plan for as long as it lasts.",
        (Switch({"platform.PLAN.parent.other_sales": 0.0}, "surplus; date of the closing",
            ("other_sales", "surplus", "closings"), ("events.csv",)),)),
)
