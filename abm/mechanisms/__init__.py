"""The mechanisms that observers of mutual aid name, each with the numbers that switch it off and where it shows.

A to E: members, platforms, the regulator, insurers, news. Tests switch a mechanism off by its row here, experiments do,
and the description of the model lists them. `off` gives the changes of a scenario.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from abm.errors import ScenarioError, nearest
from abm.mechanisms.boards import BOARDS
from abm.mechanisms.endings import ENDINGS
from abm.mechanisms.insurance import INSURANCE
from abm.mechanisms.pages import OF_MEMBERS, OF_PLATFORMS
from abm.mechanisms.switches import KINDS, PLAN, Mechanism, OfTheWorld, Switch, kind_in
from abm.mechanisms.watchers import DUTIES, PRIVACY, RIVALS

__all__ = ["MECHANISMS", "PLAN", "Mechanism", "OfTheWorld", "Switch", "off"]


def off(mechanism: str, names: Iterable[str] = (), variant: str | None = None, value: Any = None) -> dict[str, Any]:
    """Changes of a scenario, path -> value, that switch a mechanism off.

    `names` are the plans whose own numbers are changed, or the products or insurers where the row is about these, as
    `scenario.insurance.products`; `variant` the one channel that is closed (all where none is named), `value` what the
    world asks for where the row gives no number (`OfTheWorld`). Raises `ScenarioError` for a mechanism or variant that
    is not there, and where names or the value are missing.
    """
    if mechanism not in MECHANISMS:
        known = list(MECHANISMS)
        raise ScenarioError(f"no mechanism '{mechanism}'{nearest(mechanism, known)}; there are: {', '.join(known)}")
    row = MECHANISMS[mechanism]
    wanted = [switch for switch in row.switches if variant in (None, switch.variant)]
    if not wanted:
        variants = ", ".join(switch.variant for switch in row.switches if switch.variant) or "none"
        raise ScenarioError(f"{mechanism} ({row.name}): no variant '{variant}'; there are: {variants}")
    changes, named = dict[str, Any](), list(names)
    for path, number in (pair for switch in wanted for pair in switch.off.items()):
        if isinstance(number, OfTheWorld) and value is None:
            raise ScenarioError(f"{mechanism} ({row.name}): {path} needs a value of your world: {number.meaning}")
        word = kind_in(path)
        if word and not named:
            kind = KINDS[word]
            article = "an" if kind.startswith("i") else "a"
            asked = f"{path} is a number of {article} {kind}; name one or more {kind}s"
            raise ScenarioError(f"{mechanism} ({row.name}): {asked}")
        for name in named if word else [""]:
            place = path.replace(f".{word}.", f".{name}.") if word else path
            changes[place] = value if isinstance(number, OfTheWorld) else number
    return changes


# fmt: off
_ROWS = (
    Mechanism("A1", "adverse selection",
        "Shares are equal and risks are not, so the healthy pay more than cover is worth to them. They leave, and the "
        "mean risk of those who stay rises. Whoever notices signs of an illness that is not yet diagnosed stays, and "
        "would have insurance too, which asks for them.",
        (Switch({"health.high_risk_share": 0.0, "health.frailty_spread": 0.0},
            "mean risk of members over that of the population; aid a member",
            ("relative_risk", "leavers_risk", "aid"), variant="risks"),
         Switch({"mind.symptom_alarm": 0.0}, "the latently ill among those who leave; cases a member", ("aided", "aid"),
            variant="signs"))),
    Mechanism("A2", "share spiral",
        "A higher share drives members out, and fewer and frailer members make the next share higher. The pool settles "
        "where this gain is below one, and collapses where it is above.",
        (Switch({"mind.learning": 0.0}, "whether the pool settles or collapses", ("share", "members")),)),
    Mechanism("A3", "maturing pool",
        "Waiting periods and health declarations make a young pool healthier than the population. That wears off, and "
        "the share rises even while the pool grows.",
        (Switch({"platform.PLAN.waiting_days": 0, "health.latency_years": 0.0, "people.honest_share": 0.0},
            "share of a later year over that of the first", ("share", "members_waiting")),)),
    Mechanism("A4", "expectation gap",
        "Newcomers are led to expect the cheap first months. They are disappointed when the share approaches its true "
        "level.",
        (Switch({"platform.PLAN.advertised_share": OfTheWorld("the true level of the share, yuan a period")},
            "exits peak where the share grows fastest", ("left", "share", "expected_share")),)),
    Mechanism("A5", "learning of the true level",
        "Experience and education bring expectations to the true level, and a rise of the bill then frightens less.",
        (Switch({"mind.learning": 0.0, "platform.PLAN.parent.education": 0.0},
            "exits that a rise of the bill brings about, by tenure", ("left", "expected_share")),)),
    Mechanism("A6", "herding",
        "People hear of a plan from friends and do as friends do, and a few yuan ask for no long thought.",
        (Switch({"friends.telling": 0.0, "mind.herding": 0.0},
            "S-shaped growth; clusters of members among friends", ("joined",)),)),
    Mechanism("A7", "self-selection of the uninsured",
        "Other cover takes away from the worth of mutual aid, so that people without insurance, who are poorer, join "
        "first.",
        (Switch({"insurance.commercial.overlap": 0.0}, "insurance and income of members", ("insured", "low_income")),)),
    Mechanism("A8", "negative reciprocity",
        "'I paid for others, and nobody will pay for me': once a plan may close, what one has paid weighs against "
        "staying; and who has paid for years complains when it does close.",
        (Switch({"mind.resentment": 0.0}, "exits of long payers on news of a closing", ("left",), variant="exits"),
         Switch({"supervision.unrequited_complaints": 0.0}, "pressure after a plan with many long payers has closed",
            ("pressure", "alarm_complaints"), variant="complaints"))),
    Mechanism("A9", "distrust after refusals",
        "A refused claim costs the trust of the claimant's friends, and some of them leave.",
        (Switch({"mind.trust_from_refusal": 0.0}, "exits among friends of the refused",
            ("trust", "refused", "left")),)),
    Mechanism("A10", "altruism",
        "Some members of low risk stay because they wish to help. They slow adverse selection down.",
        (Switch({"mind.altruism": 0.0}, "altruism of those of low risk who stay", ("members", "relative_risk")),)),
    Mechanism("A11", "separation by age",
        "Cover falls at 40, from 300,000 to 100,000 yuan at Xianghubao (F108, F109). Above that age only the frail "
        "find cover worth the equal share, and the pool is younger than the population: advantageous selection.",
        (Switch({"platform.PLAN.bands.1.cover": OfTheWorld("the cover of the younger, bands.0.cover, yuan")},
            "risk of members over the table, and their part of an age, on either side of the cut",
            ("mean_age", "relative_risk")),)),
    Mechanism("A12", "overreaction",
        "After a jump of the bill or a rumour more people leave for a few periods than the new level explains.",
        (Switch({"mind.anxiety": 0.0}, "exits in the periods after a jump of the bill", ("left",), variant="jump"),
         Switch({"mind.alerted_attention": 0.0}, "exits in the periods after a rumour", ("left",), variant="rumour"))),
    Mechanism("A13", "concealment at the door",
        "Nobody checks a health declaration at the door, so that hidden illness comes in and is claimed for early.",
        (Switch({"people.honest_share": 1.0}, "claims of the first year; refusals",
            ("filed", "refused", "declined")),)),
    Mechanism("A14", "lapses for want of means",
        "A deduction can fail, and a second failure ends the membership. The others pay what is missing.",
        (Switch({"people.deduction_failure": 0.0}, "shares collected over shares due", ("collected", "lapsed")),)),
    Mechanism("A15", "lasting tastes",
        "What a person likes a plan for beyond its terms stays theirs, and is seldom renewed. Thinking again at the "
        "same worth then changes nothing, where a lottery at every thought makes everybody leave in the end.",
        (Switch({"mind.taste_years": 0.0}, "exits by repeated thinking at unchanged worth", ("left", "members")),)),
    Mechanism("A16", "households",
        "Adults decide and pay for the children of their household, and some for another adult: one decision enrols a "
        "family or takes it out, and one account pays (F014, F238).",
        (Switch({"people.households": False}, "age mix of members; members in care; exits a step after the guardian's",
            ("in_care", "mean_age", "under_30", "left")),)),
    Mechanism("A17", "attention in proportion",
        "Bad news of a plan makes as many of its members think as it costs them trust, so that the end of a small plan "
        "elsewhere stirs few. People get used to a level of bills, and feel a rise over that.",
        (Switch({"mind.noticed_shock": 0.0}, "exits after the end of a small plan over those after that of a large one",
            ("left", "trust"), variant="size of news"),
         Switch({"mind.habituation_periods": 0}, "exits at a high and steady bill that nobody expected", ("left",),
            variant="habituation"))),
    Mechanism("A18", "reluctance to return",
        "To go back to a plan that one left takes more than to join it, and who has declined all plans that they know "
        "seldom thinks of them again, so that an audience is used up.",
        (Switch({"mind.coming_back": 1.0}, "joiners among those who left", ("joined",), variant="coming back"),
         Switch({"mind.renewed_interest": 1.0}, "joiners once everybody has heard of a plan", ("joined",),
            variant="declined"))),
    Mechanism("A19", "awareness of claims",
        "Not everybody who is ill and covered thinks of a claim. Aid of which a friend tells when the illness is found "
        "and the shares that a plan publishes, or draws from deposits, make people aware of it, so that cases grow "
        "faster than membership (F021, F081). An announced end makes more of them aware, and claims come forward.",
        (Switch({"health.aware_of_claiming": 1.0}, "cases filed a member over incidence, early and late",
            ("filed", "aided", "share"), variant="awareness"),
         Switch({"health.filing_at_the_end": 1.0}, "claims filed after an end is announced", ("filed", "aided"),
            variant="end"))),
    *OF_MEMBERS,
    Mechanism("A21", "deposits forgotten, and filled up without a thought",
        "Some overlook that their deposit is used up, whenever it is, so that far more have been members of a plan "
        "with deposits than are (F156 to F158). Others have it filled up automatically (F309; whatever is asked for), "
        "and stay as idle as where shares are deducted. Guardians do so for those in their care.",
        (Switch({"mind.overlooking": 0.0}, "lapses once first deposits are used up", ("lapsed", "members"),
            variant="overlooked"),
         Switch({"mind.automatic_top_up": 0.0}, "lapses where to fill up is too much trouble", ("lapsed", "members"),
            variant="automatic"))),
    Mechanism("B1", "cost of claims handling",
        "A fee of 8 % of the aid does not pay for investigating the claims of a hundred million people (F132, F133). "
        "What else a plan costs weighs on each member of a small one more than of a large one.",
        (Switch({"platform.PLAN.case_cost": 0.0}, "surplus of the platform while fees come in",
            ("surplus", "fee", "investigation"), variant="investigation"),
         Switch({"platform.PLAN.scale_elasticity": 0.0}, "cost of technology and the rest for each member, by size",
            ("technology", "other_costs", "members"), variant="economies of scale"))),
    Mechanism("B2", "value of traffic",
        "Members are customers of the parent's other business, above all of insurance. A plan goes on while they are "
        "worth more than it loses, a new one for a time of trial, and by reasons of its board that last.",
        (Switch({"platform.PLAN.parent.customer_value": 100.0}, "whether the plan closes, and when",
            ("traffic", "stage", "closings"), ("events.csv",), variant="customers"),
         Switch({"platform.PLAN.parent.reasons_years": 0.0}, "closings at a steady loss", ("closings", "stage"),
            ("events.csv",), variant="lasting reasons"),
         Switch({"platform.PLAN.parent.trial_years": 0.0}, "age at which plans end", ("closings", "stage"),
            ("events.csv",), variant="trial"))),
    Mechanism("B3", "moral hazard of prepaid pools",
        "Deposits that nobody holds in custody may be worth more to the owners than the plan, and they run away.",
        (Switch({"platform.PLAN.custody": True}, "deposits seized", ("seized", "deposited")),)),
    Mechanism("B4", "cost of run-off",
        "Closing has a bill: last shares, claims of the run-off, shares given back. A board reckons with it, and a "
        "plan closes actively while large, or passively once too small.",
        (Switch({"platform.PLAN.closing.run_off_borne": False}, "bill of a closing; members at its announcement",
            ("run_off", "returned", "surplus")),)),
    Mechanism("B5", "contagion of closings",
        "A closing costs all other plans trust, and makes the next closing less of a stigma to its parent.",
        (Switch({"mind.trust_from_closing": 0.0, "mind.closing_alarm": 0.0}, "exits after a closing elsewhere",
            ("left", "trust"), variant="members"),
         Switch({"platform.PLAN.parent.stigma_relief": 0.0}, "time between closings", ("closings", "stage"),
            ("events.csv",), variant="parents"))),
    Mechanism("B6", "exposure before a listing",
        "Regulatory risk weighs more on a parent in the year before it is listed, which hastens the end of its plan.",
        (Switch({"platform.PLAN.parent.listing_weight": 1.0}, "date of the closing", ("closings", "stage"),
            ("events.csv",)),)),
    Mechanism("B7", "growth at all cost",
        "Fast growth hides the true level of the share behind those who still wait, and terms that are changed "
        "afterwards cost trust.",
        (Switch({"mind.trust_from_rule_change": 0.0}, "exits after new terms", ("left", "trust"), ("events.csv",),
            variant="rule change"),
         Switch({"platform.PLAN.launch_reach": 0.0}, "largest excess of the share over the expected one",
            ("share", "expected_share"), variant="growth"))),
    Mechanism("B8", "low barriers to entry",
        "A plan is easily copied: hundreds of small ones are founded and fail; a few great brands keep the members.",
        (Switch({"platform.PLAN.small_plans.entering": 0.0}, "number of small plans", ("small_plans", "members")),)),
    Mechanism("B9", "deferred cost of closing",
        "Who goes on will close later with some chance, and the bill and the stigma of that day grow with the plan. A "
        "board that weighs both does not keep a plan for ever by waiting, and ends a growing one earlier.",
        (Switch({"platform.PLAN.parent.closing_later": 0.0}, "date and order of closings", ("closings", "stage"),
            ("events.csv",)),)),
    Mechanism("B10", "saturation of the parent's channel",
        "What members are worth as customers wears out for all plans in the same years, and is less once they are "
        "insured.",
        (Switch({"platform.PLAN.wear_by_calendar": False}, "whether old and young plans end in the same years",
            ("closings", "stage", "traffic"), ("events.csv",), variant="calendar"),
         Switch({"platform.PLAN.parent.saturation": 0.0}, "date of the closing, where members insure themselves",
            ("closings", "insured", "policies_sold"), ("events.csv",), variant="insured"))),
    *ENDINGS,
    *OF_PLATFORMS,
    *BOARDS,
    Mechanism("C1", "regulatory risk",
        "A regulator that tolerates, warns and stops what looks like insurance frightens members and parents, and "
        "makes a product go on under another label.",
        (Switch({"supervision.policy": "laissez_faire"}, "exits after a warning; fee and insurer of a stopped product",
            ("left", "stance", "pressure", "fee_rate"), ("events.csv",)),)),
    Mechanism("C2", "claims without a guarantee",
        "Where neither custody, licence nor guarantee fund protects the claimants of a plan that is gone, they are "
        "paid in part. A fund pays the rest.",
        (Switch({"supervision.policy": "guarantee_fund"}, "aid paid in a run-off that nobody bears",
            ("guarantee", "aid", "levy")),)),
    Mechanism("C3", "supervision of substance",
        "What alarms a regulator is what plans do, and not their form alone: the money they share, what members lose "
        "by a closing, whom they refuse, what they promise (F251), who closed. Its sternness follows without steps.",
        (Switch({"supervision.from_money": 0.0}, "pressure while the sums shared grow", ("pressure", "alarm_money"),
            variant="money"),
         Switch({"supervision.complaints_at_closing": 0.0}, "pressure after a closing without refunds",
            ("pressure", "alarm_complaints"), variant="complaints"),
         Switch({"supervision.from_selection": 0.0}, "pressure where plans refuse more",
            ("pressure", "alarm_selection"), variant="selection"),
         Switch({"supervision.from_promotion": 0.0}, "pressure after a launch that promises cents",
            ("pressure", "alarm_promotion"), variant="promotion"),
         Switch({"supervision.from_closings": 0.0}, "pressure in the year after a closing",
            ("pressure", "alarm_closings"), variant="closings"),
         Switch({"supervision.sternness_continuous": False}, "closings at a pressure between two marks",
            ("closings", "stage"), ("events.csv",), variant="sternness"),
         Switch({"supervision.exempt_by_form": True}, "closings of plans without deposits", ("closings", "stage"),
            ("events.csv",), variant="form"))),
    Mechanism("C4", "rules for platform companies",
        "Late in 2020 a listing was suspended, and rules for all platform companies were drafted (F256, F281). They "
        "weigh on the parents of all plans at once, whatever the regulator of plans does.",
        (Switch({"supervision.platform_rules_cost": 0.0}, "closings in the months after the news",
            ("closings", "stage"), ("events.csv",)),)),
    *DUTIES,
    Mechanism("D1", "insurers: substitutes or feeders",
        "Plans sell insurance to their members, and so feed insurers; a plan makes insurance worth less to members, "
        "and insurance a plan to the insured.",
        (Switch({"platform.PLAN.cross_sell_reach": 0.0}, "insurance bought by members and by others; commissions",
            ("policies_sold", "traffic", "commercial_share_members", "commercial_share"), variant="cross-selling"),
         Switch({"mind.plan_overlap": 0.0}, "insurance bought by members", ("policies_sold",), variant="members"),
         Switch({"insurance.commercial.overlap": 0.0}, "share of members who are insured", ("insured",),
            variant="insured"),
         Switch({"insurance.commercial.declines_for_good": False}, "insured among those at risk, the longer the more",
            ("commercial_share", "policies_sold"), variant="underwriting"))),
    Mechanism("D2", "crowding out by the city plan",
        "The low flat premium of the city plan, without questions about health, takes the place of mutual aid.",
        (Switch({"insurance.city.overlap": 0.0}, "exits where and when the city plan is launched",
            ("left", "city_share_members")),)),
    *RIVALS,
    *INSURANCE,
    Mechanism("E1", "local news of aid and refusals",
        "Aid seen among friends recruits, and refusals repel.",
        (Switch({"friends.news_periods": 0}, "joiners among friends of the aided and of the refused",
            ("joined", "trust")),)),
    Mechanism("E2", "public mood",
        "Warnings, closings and refusals in the news darken one mood that all people share. It makes members of every "
        "plan fear for it and keeps newcomers away, and it fades. What a warning or a closing does by itself (B5, C1) "
        "is not counted twice: the stronger way counts.",
        (Switch({"mood.from_warning": 0.0, "mood.from_closing": 0.0, "mood.from_refusals": 0.0},
            "exits from all plans at once after a closing of one", ("mood", "left", "joined")),)),
    *PRIVACY,
)
# fmt: on

MECHANISMS: Mapping[str, Mechanism] = {row.id: row for row in _ROWS}
