"""Mechanisms of what is sold beside mutual aid, rows D4 and on of the table."""

from abm.mechanisms.switches import Mechanism, OfTheWorld, Switch

# fmt: off
INSURANCE = (
    Mechanism("D4", "life of the city plan",
        "A city plan takes everybody at one premium, for a year. Who is ill buys, who is well may not renew, and the "
        "premium follows the claims: a selection spiral of its own, in which it may fail before mutual aid does.",
        (Switch({"insurance.PRODUCT.year.renewed": False}, "holders of the city plan after the end of its year",
            ("PRODUCT_share",), variant="renewal"),
         Switch({"insurance.PRODUCT.year.premium_response": 0.0}, "premium after a year of losses, and who renews",
            ("PRODUCT_premium_level", "PRODUCT_premiums", "PRODUCT_share"), ("events.csv",), variant="experience"),
         Switch({"insurance.PRODUCT.year.may_fail": False}, "whether anybody holds it after a year of great losses",
            ("PRODUCT_share",), ("events.csv",), variant="failure"),
         Switch({"insurance.PRODUCT.ill_again": 0.0}, "premium, and losses, where many holders are ill already",
            ("PRODUCT_premium_level", "PRODUCT_share"), ("events.csv",), variant="the ill"))),
    Mechanism("D5", "products that follow a closing",
        "Insurers offer products for a short time to those who lose their cover with a plan (F144, F155): members "
        "go from mutual aid to insurance.",
        (Switch({"insurance.PRODUCT.follows_closings": False}, "insurance bought before a closing, and by others",
            ("PRODUCT_share",)),)),
    Mechanism("D6", "basic medical insurance",
        "Everybody has basic medical insurance, which pays a part of the bill of an illness (F240). What aid brings "
        "above the rest of the bill is worth less, so that wide cover draws fewer people than its sum promises.",
        (Switch({"basic_medical.worth_beyond_bill": 1.0}, "who joins, and stays, for a cover above what remains of "
            "the bill", ("members",)),)),
    Mechanism("D7", "terms of a mutual insurer",
        "A mutual insurer sells policies of a year: members have to renew them, and pay at most what the cap of their "
        "age says; the insurer bears the rest (F218, F276, F277).",
        (Switch({"platform.PLAN.renewed_yearly": False}, "members after a year, at an unchanged worth",
            ("left", "members"), variant="renewal"),
         Switch({"platform.PLAN.bands.1.annual_cap": OfTheWorld("the cap of the younger, bands.0.annual_cap, yuan")},
            "shares that members do not pay, on either side of an age", ("subsidy", "collected"),
            variant="cap by age"))),
    Mechanism("D8", "accounts of a mutual insurer",
        "A new mutual insurer loses money at its start (F219) and spends on promotion; interest on what members have "
        "paid in helps it. What is left of its funds bears the excess over caps, and the platform the rest.",
        (Switch({"insurer.INSURER.starting_loss": 0.0}, "excess over caps that its platform has to bear",
            ("subsidy",), variant="starting loss"),
         Switch({"insurer.INSURER.promotion_cost": 0.0}, "the same, while members come", ("subsidy",),
            variant="promotion"),
         Switch({"insurer.INSURER.interest": 0.0}, "the same, the larger the deposits", ("subsidy",),
            variant="interest"))),
)
