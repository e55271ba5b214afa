"""Mechanisms of how plans end, rows B11 to B13 of the table."""

from abm.mechanisms.switches import Mechanism, Switch

# fmt: off
ENDINGS = (
    Mechanism("B11", "spin-off",
        "A parent may part with a plan instead of closing it, as a prospectus promised (F146): its exposure ends, it "
        "loses less of its good name, and members stay. The new owner has the fees alone, and may fail.",
        (Switch({"platform.PLAN.parent.spin_off.considered": False}, "kind of the end: closed, or under a new owner",
            ("spun_off", "parting", "closings", "stage"), ("events.csv",)),)),
    Mechanism("B12", "stigma by size",
        "The whole country speaks of the end of the largest plan, and few notice that of a small one: the largest has "
        "the most to lose, and goes last.",
        (Switch({"platform.PLAN.parent.stigma_elasticity": 0.0}, "order of closings by size",
            ("closings", "stage", "members"), ("events.csv",)),)),
    Mechanism("B13", "terms of the end",
        "What a plan does for its members when it ends: one gave all in cover a year of health insurance (F155), one "
        "gave all shares back (F188), one paid its last claims in part (F179), and policies of a year run to its end "
        "(F277). It is on the bill that boards reckon with.",
        (Switch({"platform.PLAN.closing.given_to_all": False}, "insurance given at the end, and to whom",
            ("conversion", "surplus"), variant="gift"),
         Switch({"platform.PLAN.closing.shares_refunded": 0.0}, "shares given back at the end",
            ("returned", "surplus"), variant="refund"),
         Switch({"platform.PLAN.closing.last_claims_shared": 1.0}, "last shares, and aid paid in the run-off",
            ("share", "aid"), variant="last claims"),
         Switch({"platform.PLAN.closing.ends_by_year": False}, "members from the announcement to the last of cover",
            ("members", "stage"), variant="years"))),
)
