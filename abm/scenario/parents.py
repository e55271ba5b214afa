"""What stands behind a platform: how a plan is wound up, what its parent wants, and small copies that come and go."""

from datetime import date
from typing import Any

from abm.scenario.declare import Section, fact, number


# fmt: off
class ClosingPlan(Section):
    """What members are told on the day on which the end of a plan is announced."""

    notice_days: int = number(30, "days from the announcement to the end of cover", unit="days", low=0, high=3650,
        plausible=(5, 60), source="assumption: a month's notice was usual; terms of a plan say otherwise")
    last_shares_borne: bool = fact(False, "whether the platform pays the shares from the announcement on",
        source="no, unless the terms of the plan say so")
    run_off_borne: bool = fact(True,
        "whether the platform pays claims filed after the end; otherwise they are paid from what is left, in part",
        source="assumption: run-off of 180 days paid by the platform, F155; F179 shows the other way")
    shares_refunded: float = number(0, "part of all shares ever paid that members get back", unit="1", low=0, high=1,
        source="none, F145; all at one platform, F188")
    conversion_months: int = number(0, "months of insurance without waiting that members are offered free",
        unit="months", low=0, high=60, source="none unless the terms of the plan say so")
    conversion_product: str = fact("commercial", "the insurance that is then offered",
        source="F144: cover without waiting or questions by an insurer")
    given_to_all: bool = fact(False,
        "whether everybody in cover is given that insurance for these months, and has to decide nothing; it ends with "
        "them", source="no, unless the terms of the plan say so; F155: a year of health cover for all, paid by the "
                       "platform")
    gifts_foreseen: bool = fact(True,
        "whether the shares given back and the insurance given to all were promised before, so that the board reckons "
        "with them; gifts that nobody had promised are decided on the day of the announcement",
        source="yes, unless the terms of the plan say so; nobody had promised the refund of F188")
    last_claims_shared: float = number(1,
        "part of the claims still in hand that members are asked for in the last collection, if nobody else pays them",
        unit="1", low=0, high=1, plausible=(0.3, 1),
        source="assumption: all of them; at one plan 28,500 of 61,337 yuan were paid, nobody was left to share, F179")
    distrust_of_data: float = number(0,
        "part of trust in all other plans, those to come too, that is lost because what is known of members goes on "
        "being used after the end, by the parent or an insurer, if all members were in this plan; less by the root of "
        "the part who were", unit="1", low=0, high=1, plausible=(0, 0.1),
        source="assumption, 0 is off: members had told of their health, and were offered insurance when a plan ended, "
               "F144; at 0.1 as much as the closing itself")
    ends_by_year: bool = fact(False,
        "whether each membership ends with a year of its own, counted from joining, and not with the notice",
        source="no, unless the terms of the plan say so; policies of a year run to its end, F277")


class Stopped(Section):
    """How an insurance-like product goes on as mutual aid when the regulator stops it."""

    fee_rate: float = number(0.08, "share of aid added for the platform", unit="1", low=0, high=0.5, source="F113")
    annual_cap: float = number(100_000, "most that a member pays in a calendar year", unit="yuan", low=0, high=100_000,
        source="none unless the terms of the plan say so")

    @property
    def changes(self) -> dict[str, Any]:
        """The terms that change then: nobody insures the plan any more."""
        return {"insurer": None, "fee_rate": self.fee_rate, "annual_cap": self.annual_cap}


class SpinOff(Section):
    """How a parent can part with a plan, to a technology company or a charity, instead of closing it."""

    considered: bool = fact(False, "whether the board weighs it, as a third way beside going on and closing",
        source="assumption, false is off: a prospectus promised to part with the plan if need be, F146; nobody is "
               "known to have done so")
    stigma: float = number(0.3, "good name that the parent loses by it, over that lost by closing", unit="1", low=0,
        high=1, plausible=(0.1, 0.7), source="assumption: members keep their cover, and the news is smaller")
    cost: float = number(1, "what it costs, whether it succeeds or not", unit="yuan a member", low=0, high=1_000,
        plausible=(0.2, 5), source="assumption: contracts, data and systems are moved; one took 700 "
               "million of fees in a year, lost money and spent 38 % on technology, F132, F134: some yuan a member")
    failure: float = number(0.3, "chance that nobody takes the plan over, or may; it is then closed", unit="1",
        low=0, high=1, plausible=(0.1, 0.8), source="assumption: losses and an open legal state, F132, F252")
    owner_loss_limit: float = number(2e7, "loss of twelve months that the new owner can bear", unit="yuan", low=0,
        high=1e12, plausible=(2e6, 2e8), source="assumption: a small firm or a charity")
    promises_kept: bool = fact(False, "whether the new owner keeps what was promised for the end of the plan",
        source="assumption: run-off, refunds and insurance are for a rich parent to pay; false: claims are paid from "
               "what is left")


class Remedies(Section):
    """What a board that sees too many members leave can do about it, and what it believes that this does."""

    considered: bool = fact(False,
        "whether the board weighs lessons and milder terms, and takes what keeps members that are worth more than it "
        "costs", source="assumption, false is off: the largest plan changed its rules and then taught its members "
                        "(互助课堂) before its end; by what sums is not known")
    teaching: float = number(0.05, "part of the gap to the true level of shares that its lessons close",
        unit="1 a period", low=0, high=1, plausible=(0.01, 0.2),
        source="assumption: half of it within seven months, as few read on")
    kept_by_lessons: float = number(0.3,
        "part of exits that lessons are believed to prevent, if members knew nothing of the true level; less by what "
        "they know", unit="1", low=0, high=1, plausible=(0.05, 0.6),
        source="assumption: bills beyond what was expected are one reason to leave among several")
    elasticity: float = number(0.5, "believed elasticity of exits to the bill", unit="1", low=0, high=5,
        plausible=(0.1, 2), source="assumption: many leave for other reasons than the bill")
    lost_by_change: float = number(0.005, "part of the members that new terms are believed to cost at once", unit="1",
        low=0, high=1, plausible=(0.001, 0.05), source="assumption: a quarter of those who leave in a month of concern")
    mild_cut: float = number(0.5, "part by which aid for mild cases may be cut", unit="1", low=0, high=1,
        plausible=(0.2, 1), source="assumption: the largest plan cut it in steps, and to nothing by 2020")
    fee_cut: float = number(0.01, "points by which the fee may fall", unit="1", low=0, high=0.5,
        plausible=(0.005, 0.04), source="assumption: a part of the 8 % that nearly all charged, F022")


class Rivalry(Section):
    """How a board answers the terms of the largest other plan."""

    answers: bool = fact(False, "whether the board moves its terms towards those of the largest other plan, where they "
        "are better for newcomers", source="assumption, false is off: terms of the plans were much alike, F022, but "
                                           "nobody says who followed whom")
    chance: float = number(0.2, "chance that it answers at a monthly review", unit="1 a review", low=0, high=1,
        plausible=(0.05, 0.6), source="assumption: within half a year")
    lag_months: float = number(3, "months for which terms must have stood before a board answers them", unit="months",
        low=0, high=120, plausible=(1, 12), source="assumption: a product is copied within a season")
    step: float = number(0.5, "part of the way to the terms of the other that an answer goes", unit="1", low=0, high=1,
        plausible=(0.2, 1), source="assumption: half, as what it costs is seen only later")


class Parent(Section):
    """The company behind a plan, and what it wants of it."""

    customer_value: float = number(8, "worth of a member to the parent's other business, at the start",
        unit="yuan a year", low=0, high=1_000, plausible=(4, 25),
        source="assumption: a buyer of insurance costs 170 yuan elsewhere, F166, F168, and one member in twenty is "
               "taken to become one within a year; the largest took 700 million of fees in 2020 and made a loss, F132: "
               "3 yuan for each of a hundred million members, F039, if it spent a billion, which is assumed")
    value_decay: float = number(0.1, "share of that worth lost in a year", unit="1 a year", low=0, high=1,
        plausible=(0, 0.3), source="assumption: own traffic fell from 46 to 13 % of sales in two years, F169, while "
               "these grew fifteen-fold, F167: it brought four times as much, and grew ever more slowly")
    saturation: float = number(0.5, "part of that worth which is lost in a member who has insurance already", unit="1",
        low=0, high=1, plausible=(0.1, 1),
        source="assumption, 0 is off: an own channel sells to a customer once, and its part in sales fell, F169")
    other_sales: float = number(0, "what other sales to a member (credit, wealth management, goods for health) leave "
        "it, in the first year", unit="yuan a year", low=0, high=1_000, plausible=(0, 10),
        source="assumption, 0 is off: they are in the worth of a customer then, which is to be so much lower where "
               "they are not. No income of this kind was reported")
    sales_decay: float = number(0.2, "share of these sales lost in a year", unit="1 a year", low=0, high=1,
        plausible=(0, 0.5), source="assumption: own traffic fell from 46 to 13 % of sales in two years, F169, and "
               "goods that are no insurance are further from what members came for")
    regulatory_cost: float = number(6, "cost of standing out to a regulator of full sternness",
        unit="yuan a member and year", low=0, high=1_000, plausible=(1, 20),
        source="assumption: about as much as a member is worth; an official paper named "
               "platforms, F253")
    listing: date | None = fact(None, "day of a planned listing of the parent", unit="date",
        source="none unless the scenario says so")
    listing_weight: float = number(2, "regulatory cost in the year before a listing, over that of other times",
        unit="1", low=0, high=100,
        plausible=(1, 4), source="assumption: a prospectus promised to part with the plan if need be, F146")
    stigma: float = number(5, "loss of good name by closing", unit="yuan a member", low=0, high=1_000,
        plausible=(2, 20), source="assumption: less than a year's worth of the customer")
    stigma_relief: float = number(0.7, "part of that loss which a wave of closings elsewhere takes away", unit="1",
        low=0, high=1, plausible=(0, 1), source="assumption: later closings made smaller headlines")
    stigma_elasticity: float = number(0.3, "elasticity of the stigma of a member to the members of the plan", unit="1",
        low=0, high=2, plausible=(0.05, 0.7),
        source="assumption, 0 is off: the whole country speaks of the largest, few notice a small one")
    stigma_members: float = number(1e7, "members at which the stigma of a member is as said", unit="persons", low=1,
        high=1e9, plausible=(3e6, 3e7), source="assumption: between the small plans and the largest, F031, F174, F183")
    closing_later: float = number(0.1,
        "believed chance that a plan which goes on has to be closed at the end of the years looked ahead", unit="1",
        low=0, high=1, plausible=(0.02, 0.2),
        source="assumption, 0 is off: of over 200 plans in 2016 about 15 were left in January 2018, F222, F224")
    horizon: float = number(2, "years that the parent looks ahead", unit="years", low=0, high=50,
        plausible=(1, 5), source="assumption: budgets of internet companies")
    loss_limit: float = number(2e9, "loss of twelve months that the parent can bear", unit="yuan", low=0, high=1e12,
        plausible=(5e8, 5e9), source="assumption: a giant's yearly spending on a product")
    choice_scale: float = number(0.3, "scale of the board's logistic choice", unit="yuan a member", low=0, high=1_000,
        plausible=(0.1, 3), source="assumption: a small part of the stigma; 0 decides by the sum alone")
    reasons_years: float = number(2, "time from one renewal of a board's reasons beyond that sum to the next; 0: drawn "
        "anew at every review", unit="years", low=0, high=1e9, plausible=(0.5, 5),
        source="assumption, 0 is off: what a board knows and a sum does not say is the same a month later")
    trial_years: float = number(1, "time from the launch, or from the start of a run that begins later with an empty "
        "plan, for which a plan is kept whatever that sum says",
        unit="years", low=0, high=50, plausible=(0.5, 2),
        source="assumption, 0 is off: a product is launched with a budget for its first year, staged commitment, Dixit "
               "and Pindyck 1994")
    flight_threshold: float = number(1e10, "sum for which the parent would run away with the deposits",
        unit="yuan", low=0, high=1e13,
        source="assumption: a company listed or to be listed would not, at any pool that there was")
    spin_off: SpinOff = SpinOff()
    fee_ceiling: float = number(0.08, "highest fee that the parent asks for", unit="1", low=0, high=0.5,
        plausible=(0.08, 0.12), source="assumption: nearly all charged 8 %, F022")
    effort_response: float = number(0.05, "change of the effort of investigation at a review", unit="1", low=0, high=1,
        plausible=(0, 0.2), source="assumption: a quarter of the scale within a year")
    complaint_tolerance: float = number(0.15, "refused share of decided cases above which effort falls", unit="1",
        low=0, high=1, plausible=(0.05, 0.3), source="assumption: refusals were a public grievance, F267")
    marketing_response: float = number(0.5, "part of the marketing kept from a month to the next when it does not pay",
        unit="1", low=0, high=1, plausible=(0.2, 1), source="assumption: campaigns run for months; 1 never cuts")
    tolerated_loss: float = number(0.02, "share of members leaving in a month above which the board acts", unit="1",
        low=0, high=1, plausible=(0.01, 0.1), source="assumption: a fifth to a quarter of the members in a year")
    education: float = number(0, "part of the gap to the true level of shares that a programme of education closes",
        unit="1 a period", low=0, high=1,
        source="assumption, 0 is off: one was reported, the lessons (互助课堂) of the largest plan before its end, and "
               "not how much they taught")
    education_cost: float = number(0.5, "cost of that programme for each member", unit="yuan a year", low=0, high=100,
        plausible=(0.1, 2), source="assumption: messages and meetings")
    remedies: Remedies = Remedies()
    rivalry: Rivalry = Rivalry()
    cover_cut: float = number(0, "part by which the board cuts cover when too many leave", unit="1", low=0, high=0.9,
        source="assumption: 0; the large plans kept their cover to the end")


class SmallPlans(Section):
    """Many small plans of one kind, taken together: how many there are, and how they come and go."""

    at_start: int = number(100, "plans on the first day", unit="plans", low=0, high=100_000,
        plausible=(50, 150), source="assumption: over 100, or over 200, in 2016, F222")
    entering: float = number(16, "plans founded in a period while entry is free and the regulator quiet", unit="plans",
        low=0, high=10_000, plausible=(5, 30), source="assumption: from some to 200 within 2016, F222")
    fixed_cost: float = number(300_000, "cost of keeping one going", unit="yuan a year", low=0, high=1e9,
        plausible=(100_000, 1_000_000), source="assumption: a handful of staff")
    endurance: float = number(0.6, "mean time that a plan goes on without covering its cost", unit="years", low=0.1,
        high=50, plausible=(0.3, 2),
        source="assumption, set by hand: over 200 in 2016 and about 15 in January 2018, F222, F224")
    dishonest: float = number(0.2, "share of failing plans that keep the deposits where nobody holds them in custody",
        unit="1", low=0, high=1, plausible=(0, 0.5),
        source="assumption: the warning of run-aways, F252, gives no number")
    undercuts: bool = fact(False,
        "whether newcomers are told of a share below the lowest that other plans tell of, whatever was paid",
        source="assumption, false is off: small plans had no other name than their price; no such price is known")
    undercut: float = number(0.2, "part by which it is below", unit="1", low=0, high=1, plausible=(0.05, 0.5),
        source="assumption: enough to be noticed among cents")
    rectified: float = number(0.33, "share of plans that close when the regulator rectifies", unit="1", low=0, high=1,
        source="F223")
