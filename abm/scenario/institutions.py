"""Those beside the platforms: licensed mutual insurers, the regulator, the public. Insurance is in `insurance`."""

from datetime import date
from typing import Literal

from abm.scenario.declare import Section, fact, number

PolicyName = Literal[
    "laissez_faire",
    "historical",
    "early_licensing",
    "strict_ban",
    "guarantee_fund",
    "exit_plan_duty",
    "reserve_duty",
]


# fmt: off
class MutualInsurer(Section):
    """A licensed mutual insurer that stands behind insurance-like products."""

    capital: float = number(1e9, "own funds at the start", unit="yuan", low=0, high=1e12,
        plausible=(5e8, 2e9), source="assumption: three of them lost 270 million, F219, and went on")
    starting_loss: float = number(0, "loss of its other business in a year, at the start", unit="yuan a year", low=0,
        high=1e12, plausible=(0, 2e8),
        source="assumption, 0 is off: three of them lost 270 million in 2017, F219, 90 million each")
    loss_halves_years: float = number(2, "time in which that loss is halved, and halved again", unit="years", low=0.1,
        high=100, plausible=(1, 5), source="assumption: a new insurer breaks even after five to seven years")
    promotion_cost: float = number(0, "cost of winning a member of a plan that it stands behind", unit="yuan a member",
        low=0, high=10_000, plausible=(0, 50),
        source="assumption, 0 is off: a buyer of insurance costs 170 yuan elsewhere, F166, F168; pages do it for less")
    interest: float = number(0, "interest on its own funds and on what members of such plans have paid in", unit="1",
        low=0, high=0.2, plausible=(0, 0.05), source="assumption, 0 is off: deposits and bonds brought 2 to 4 % a year")


class BasicMedical(Section):
    """The basic medical insurance that all people have: the ground on which other cover stands."""

    illness_bill: float = number(300_000, "bill of a critical illness", unit="yuan", low=0, high=1e7,
        plausible=(100_000, 500_000), for_persons=True,
        source="assumption: the highest cover of most plans, F108, was thought to do for it")
    reimbursed: float = number(0.6, "part of it that basic medical insurance pays", unit="1", low=0, high=1,
        plausible=(0.5, 0.7), for_persons=True, source="F240: 40 % of it remained to be paid by patients")
    worth_beyond_bill: float = number(1,
        "worth of a yuan of aid or insurance above what remains of the bill, over that of one below", unit="1", low=0,
        high=1, plausible=(0.2, 1), for_persons=True,
        source="assumption, 1 is off: a sum beyond the bill makes up for lost income alone")


class Supervision(Section):
    """What the regulator looks at, how long it remembers, and when it acts."""

    policy: PolicyName = fact("laissez_faire", "rules by which it acts", source="none unless the scenario says so")
    forgetting: float = number(0.08, "share of pressure that is forgotten in a period", unit="1", low=0, high=1,
        plausible=(0.02, 0.1), source="assumption: a memory of about a year")
    from_size: float = number(0.05, "pressure from plans without a licence, for memberships as large as the population",
        unit="1 a period", low=0, high=100, plausible=(0.02, 0.15),
        source="assumption, set by hand: a warning came when a quarter were in, F229, F233, F252")
    from_deposits: float = number(0.15, "pressure from each billion of deposits without custody", unit="1 a period",
        low=0, high=100, plausible=(0.05, 0.3),
        source="assumption, set by hand: rectification at the end of 2016, F246, F247")
    from_complaints: float = number(2.0, "pressure from complaints, for one in a period on a thousand persons",
        unit="1 a period", low=0, high=10_000, plausible=(0, 10),
        source="assumption: 10,531 complaints in 2018 were news, F258")
    from_small_plans: float = number(0.0006, "pressure from each of the small plans", unit="1 a period", low=0, high=1,
        plausible=(0.0001, 0.001), source="assumption, set by hand: with 200 of them rectification began, F222, F247")
    from_money: float = number(0.0012, "pressure from each billion yuan a year that plans without a licence share",
        unit="1 a period", low=0, high=100, plausible=(0.0005, 0.005), source="assumption, 0 is off: at 0.0012 the ten "
               "billion of 2020, F131, weigh as much as a quarter of all people in plans")
    complaints_at_closing: float = number(0.001,
        "part of the members who complain once the end of a plan is announced, for each 100 yuan a member that is paid "
        "in shares and not returned, or claimed from owners who have run away", unit="1", low=0, high=1,
        plausible=(0.0002, 0.005),
        source="assumption, 0 is off: at 0.001 the end of a plan of ten million brings the complaints of 2018, F258")
    unrequited_complaints: float = number(0,
        "part of the members who have paid for long and were never aided who complain once the end of a plan is "
        "announced, beside those who complain of what they lose; less by the part of shares that comes back",
        unit="1", low=0, high=1, plausible=(0, 0.01),
        source="assumption, 0 is off: 'I paid for others, who pays for me?'; of members of two years one in a thousand "
               "would be as many as complain for a loss of 100 yuan")
    unrequited_years: float = number(2, "years inside from which on a member has paid for long", unit="years", low=0,
        high=100, plausible=(1, 4),
        source="assumption: as long as the first members of the largest plan had been in by the end of 2020, F002")
    from_selection: float = number(0.2,
        "pressure from refused claims, as insurers tell of them, if all people were in plans that refuse every case",
        unit="1 a period", low=0, high=100, plausible=(0.05, 1),
        source="assumption, 0 is off: refusals are the one sign of unchecked health at the door that is public")
    from_promotion: float = number(1,
        "pressure from misleading promotion, if all people joined in a period on the promise that shares are nothing",
        unit="1 a period", low=0, high=1_000, plausible=(0.5, 10),
        source="assumption, 0 is off: half a year after the launch a promise of 100 to 200 yuan was fined, F251")
    from_closings: float = number(0.1, "pressure from closings, while one of a plan with all people is talked about; "
        "less by the root of its part of them", unit="1 a period", low=0, high=100, plausible=(0.02, 0.3),
        source="assumption, 0 is off: run-aways and crowds left without cover are what it warned of, F252; at 0.15 the "
               "end of a plan with a tenth of all people leads to a warning")
    truth_demanded_at: float = number(0,
        "members over the population, each counted by the part of the true share that newcomers are not told, from "
        "which on a historical regulator demands that a plan tells it, and fines it", unit="1", low=0, high=1,
        plausible=(0, 0.1),
        source="assumption, 0 is off: a promise of 100 to 200 yuan was fined half a year after the launch, F251, when "
               "some tens of millions were inside; at 0.02 a plan with one in fifty who are told of nothing")
    promotion_fine: float = number(930_000, "that fine", unit="yuan", low=0, high=1e10, plausible=(280_000, 1e7),
        source="F251: 650,000 yuan, and 280,000 of managers")
    from_insurers: float = number(0,
        "pressure from complaints of insurers, if all people joined insurance-like plans in a period",
        unit="1 a period", low=0, high=1_000, plausible=(0, 5),
        source="assumption, 0 is off: at 1 newcomers, ten million in the first nine days, F006, press at once as much "
               "as 1.6 times as many members do by their number in the long run")
    insurers_heard: float = number(0,
        "for how many members more a newcomer of an insurance-like product counts when it is asked whether such "
        "products are stopped: insurers complain of new business that they lose", unit="persons", low=0, high=1_000,
        plausible=(0, 5),
        source="assumption, 0 is off: the second product was gone in a day, with few members, F210, F211; observers "
               "say that insurers had complained")
    warn_at: float = number(0.26, "pressure at which it warns", unit="1", low=0.001, high=100,
        source="assumption: the scale of pressure is free, the others are set against it")
    rectify_at: float = number(0.6, "pressure at which it rectifies", unit="1", low=0, high=100,
        plausible=(0.4, 1), source="assumption: about twice the pressure of a warning")
    close_at: float = number(1.5, "pressure at which it orders plans to close, where its policy knows that", unit="1",
        low=0, high=100, plausible=(1, 3), source="assumption: no closing was ever ordered, F270")
    sternness_continuous: bool = fact(True,
        "whether sternness rises with pressure between these marks, and not by a step at each of them",
        source="assumption, false is off: parents read the papers before a mark is reached")
    exempt_by_form: bool = fact(False,
        "whether rectification is over for plans that have no deposits, or have them in custody",
        source="assumption: rectification began with plans that held deposits, F246, F247; the paper of 2020 spoke of "
               "crowds too, F252")
    platform_rules: tuple[date, ...] = fact((), "days on which news of rules for platform companies at large came out",
        unit="date", source="none unless the scenario says so")
    platform_rules_months: float = number(6, "months in which such news comes to weigh in full", unit="months",
        low=0, high=120, plausible=(3, 18), source="assumption: boards plan by the half-year")
    platform_rules_cost: float = number(0.5,
        "what that news then costs the parents of all plans, over their cost at full sternness", unit="1",
        low=0, high=10, plausible=(0.1, 3),
        source="assumption, 0 is off: half as much again as a regulator of plans who is as stern as can be; they met "
               "the whole business, and a listing, F256, F281")
    stop_new_at: float = number(0.01,
        "members of insurance-like products, summed over periods, over the population: new ones are taken down",
        unit="1", low=0, high=10, plausible=(0.005, 0.03),
        source="assumption, set by hand: one was gone in a day, F210")
    stop_all_at: float = number(0.04, "the same for those that are there already", unit="1", low=0, high=10,
        plausible=(0.03, 0.05), source="assumption, set by hand: stopped six weeks after its launch, F010, F249, F250")
    licence_capital: float = number(1e8, "loss of a year that the parent of a licensed plan must be able to bear",
        unit="yuan", low=0, high=1e12, plausible=(5e7, 1e9),
        source="assumption: what mutual insurers had to bring, F220")
    exit_plan_duty_from: date | None = fact(None,
        "first day of a duty of all plans to have an exit plan, whatever the policy is besides; no duty where none "
        "is given", unit="date", source="none unless the scenario says so; no law asked for one")
    exit_notice_days: int = number(60,
        "days of notice, at least, that an exit plan gives where there is a duty to have one", unit="days", low=0,
        high=3650, plausible=(30, 180),
        source="assumption: twice the usual notice; a waiting period of other cover is about 90 days")
    reserve_duty_from: date | None = fact(None,
        "first day of a duty of all plans to put a reserve aside, whatever the policy is besides; no duty where none "
        "is given", unit="date", source="none unless the scenario says so; no law asked for one")
    reserve_months: float = number(6, "months of expected aid that a plan puts aside where there is a duty to",
        unit="months", low=0, high=120, plausible=(2, 12),
        source="assumption: claims come for 180 days after the end, F123")
    reserve_cost: float = number(0.04, "cost of the money put aside, over what it earns meanwhile",
        unit="1 a year", low=0, high=1, plausible=(0.02, 0.1),
        source="assumption: cost of capital less the interest of a bank")
    levy: float = number(0.02, "part of aid paid into a guarantee fund, where there is one", unit="1", low=0, high=0.5,
        plausible=(0.01, 0.05), source="assumption: insurance guarantee funds take up to 0.8 % of premiums")


class Mood(Section):
    """What moves the mood of the public towards mutual aid, from 0 (calm) to 1 (alarm), and what it does."""

    from_warning: float = number(0.2, "part of the way to alarm that a public warning goes", unit="1", low=0, high=1,
        plausible=(0.05, 0.5), source="assumption, 0 is off: the paper of September 2020 was in all news, F252")
    from_closing: float = number(0.5,
        "part of the way that the closing of a plan with all people goes; less by the root of its part of them",
        unit="1", low=0, high=1, plausible=(0.1, 1),
        source="assumption, 0 is off: availability, Tversky and Kahneman 1973; at 1 the end of a plan with a tenth of "
               "all people goes a third of the way")
    from_refusals: float = number(0.5,
        "part of the way that refusals in the news go in a period, if all people were in plans that refuse every case",
        unit="1 a period", low=0, high=10, plausible=(0.1, 2),
        source="assumption, 0 is off: a refusal is told as a story, and larger plans have more readers")
    fading: float = number(0.1, "part of the mood that fades in a period", unit="1", low=0, high=1,
        plausible=(0.03, 0.3), source="assumption: an issue is in the news for months, Downs 1972")
    fear: float = number(0.3, "believed chance that a plan closes within a year, at full alarm", unit="1",
        low=0, high=1, plausible=(0.05, 0.8), source="assumption, 0 is off: as for closings, availability")
    distrust: float = number(0.1,
        "part of trust in all plans that a leap from calm to full alarm takes, with what the same news take by "
        "themselves; a rise below 0.01 takes none", unit="1", low=0, high=1, plausible=(0.02, 0.3),
        source="assumption, 0 is off: as much as warnings cost")
