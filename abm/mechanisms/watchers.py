"""Mechanisms of those who watch plans: regulator, insurers and their agents."""

from abm.mechanisms.switches import Mechanism, Switch

# fmt: off
DUTIES = (
    Mechanism("C5", "truth in promotion",
        "The regulator sees what newcomers are led to expect beside the true level of shares (F251, F266). Where too "
        "many are misled it demands that the true level be told: fewer join, and fewer are disappointed.",
        (Switch({"supervision.truth_demanded_at": 0.0}, "share that newcomers expect over the true one; fines",
            ("fine", "joined", "expected_share"), ("events.csv",)),)),
)
RIVALS = (
    Mechanism("D3", "insurers as rivals",
        "Insurers complain to the regulator of insurance-like plans that take their business. It presses on the "
        "regulator, and such products are stopped the sooner, the second of its kind within a day (F210).",
        (Switch({"supervision.from_insurers": 0.0}, "pressure while an insurance-like plan grows",
            ("pressure", "alarm_insurers"), variant="pressure"),
         Switch({"supervision.insurers_heard": 0.0}, "day on which an insurance-like product is stopped",
            ("insurance_like_membership", "fee_rate"), ("events.csv",), variant="stop"))),
)
