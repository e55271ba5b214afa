"""Mechanisms of those who watch plans: regulator, insurers and their agents."""

from datetime import date

from abm.mechanisms.switches import Mechanism, Switch

BEFORE_ALL = date(2011, 1, 1)  # no plan is older

# fmt: off
DUTIES = (
    Mechanism("C5", "truth in promotion",
        "The regulator sees what newcomers are led to expect beside the true level of shares (F251, F266). Where too "
        "many are misled it demands that the true level be told: fewer join, and fewer are disappointed.",
        (Switch({"supervision.truth_demanded_at": 0.0}, "share that newcomers expect over the true one; fines",
            ("fine", "joined", "expected_share"), ("events.csv",)),)),
    Mechanism("C6", "ends by the plan's own promise",
        "Where no law asks for an exit plan, claimants have what the plan promised, or what was left (F179). A duty to "
        "have one gives them notice and a run-off that is paid; it makes closing dearer to the parent. It is laid on "
        "plans beside whatever the regulator does by its policy.",
        (Switch({"supervision.exit_plan_duty_from": BEFORE_ALL}, "aid paid in a run-off; notice; bill of closing",
            ("run_off", "aid", "stage", "surplus"), ("events.csv",)),)),
    Mechanism("C7", "promises without a reserve",
        "What a plan will owe is put aside nowhere: its claimants depend on what its owners then want and can. A duty "
        "to hold a reserve pays them, costs the platform the use of the money, and is lost by who runs away. It too "
        "stands beside any policy.",
        (Switch({"supervision.reserve_duty_from": BEFORE_ALL},
            "aid paid from the reserve in a run-off that nobody bears",
            ("reserve", "reserve_cost", "reserve_paid", "aid")),)),
)
PRIVACY = (
    Mechanism("E3", "what becomes of members' data",
        "Members told a plan of their health. If what is known of them goes on being used after its end, all other "
        "plans are trusted less, those to come too.",
        (Switch({"platform.PLAN.closing.distrust_of_data": 0.0}, "trust in other plans after a closing",
            ("trust", "joined", "left")),)),
)
RIVALS = (
    Mechanism("D3", "insurers as rivals",
        "Insurers complain to the regulator of insurance-like plans that take their business. It presses on the "
        "regulator, and such products are stopped the sooner, the second of its kind within a day (F210). Their agents "
        "speak ill of plans, or use them to open doors.",
        (Switch({"supervision.from_insurers": 0.0}, "pressure while an insurance-like plan grows",
            ("pressure", "alarm_insurers"), variant="pressure"),
         Switch({"supervision.insurers_heard": 0.0}, "day on which an insurance-like product is stopped",
            ("insurance_like_membership", "fee_rate"), ("events.csv",), variant="stop"),
         Switch({"insurance.PRODUCT.disparages": 0.0}, "trust in plans while insurance is sold",
            ("trust", "joined", "left"), variant="disparagement"),
         Switch({"insurance.PRODUCT.recommends": 0.0}, "joiners of a plan that advertises little",
            ("joined",), variant="recommendation"))),
)
