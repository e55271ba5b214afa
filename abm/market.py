"""All that persons may see: the offers of platforms, the shares published, what friends show, the date.

Whatever is not in `World` is unknown to persons when they decide.
"""

from typing import NamedTuple

import numpy as np

from abm.scenario.declare import is_for_persons
from abm.scenario.institutions import BasicMedical
from abm.scenario.people import Friends, Health, Mind, People
from abm.scenario.scenario import Scenario
from abm.scenario.tables import mild_by_age
from abm.scenario.terms import OLDEST

EQUAL, WEIGHTED, ASSESSED = 0, 1, 2  # how the aid is divided: by heads, by published weights, by those and own risk
NEVER_RENEWED, ALL_NOW, ONE_BY_ONE = (
    0,
    1,
    2,
)  # policies: for good; for a year that is over now; for one of each holder's

OFFER_FIELDS = (
    ("open", "u1", "0 or 1", "takes new members"),
    ("division", "u1", "code", "EQUAL, WEIGHTED or ASSESSED"),
    ("subsidised", "u1", "0 or 1", "the platform pays this share itself"),
    ("newcomers_share", "u1", "0 or 1", "members share from the day they join, not only once covered"),
    ("chronic_only", "u1", "0 or 1", "for people at high risk, who need not hide it"),
    ("tiers", "u1", "bits", "city tiers in which it is offered, by their numbers"),
    ("aid_published", "u1", "0 or 1", "aid was published in this period"),
    ("min_credit", "i2", "points", "credit score below which nobody may join"),
    ("waiting", "i2", "periods", "from joining to cover"),
    ("claim_window", "i2", "periods", "from diagnosis to the last day for a claim"),
    ("year_start", "i2", "step", "first step of this calendar year"),
    ("covered_until", "i4", "step", "last step of a diagnosis that is covered"),
    ("share", "i8", "fen", "equal share published in this step"),
    ("amount_to_share", "i8", "fen", "what is divided in this step"),
    ("contribution_weights", "i8", "1", "weights of all who share, summed, over which the amount is divided"),
    ("sharing", "i8", "persons", "members who share in this step"),
    ("annual_cap", "i8", "fen", "most that a member pays in a calendar year"),
    ("caps_by_age", "u1", "0 or 1", "that cap depends on age"),
    ("renewed_yearly", "u1", "0 or 1", "members have to renew after each year, counted from joining"),
    ("assessment_error", "f8", "1", "standard deviation of the logarithm of risk as assessed, over true risk"),
    ("advertised", "f8", "fen a period", "share that newcomers are led to expect"),
    ("true_level", "f8", "fen a period", "share that an actuary expects in the long run"),
    ("education", "f8", "1 a period", "part of the gap to the true level that members are taught"),
    ("brand", "f8", "1", "trust of newcomers"),
    ("trust_shock", "f8", "1", "part of trust that all members lose in this step"),
    ("delay", "f8", "periods", "that claims wait for a decision beyond the one in which they are filed"),
    ("mild_cover", "f8", "yuan", "aid for a mild case that is found now"),
    ("claim_awareness", "f8", "1", "share of the members who are ill who think of their claim by now"),
    ("perceived_closure_risk", "f8", "1", "believed chance that the plan closes within a year"),
    (
        "reach",
        "f8",
        "1",
        "chance that marketing, or a page of the ill, reaches an unaware person in this period",
    ),
    ("crowdfunding", "f8", "1", "chance that money is raised for an ill friend on a page that offers the plan"),
    ("cross_sell_reach", "f8", "1", "chance that a member is shown insurance in this period"),
    ("ending", "f8", "1", "chance that a membership ends in this step because the plan does"),
    ("seized", "f8", "1", "chance that the deposit is then gone"),
    ("returned", "f8", "1", "part of all shares paid that then comes back"),
    ("conversion", "f8", "years", "insurance that is then offered free, without questions"),
    ("conversion_product", "i2", "row", "the product that is then offered"),
    ("given_to_all", "u1", "0 or 1", "and given to everybody in cover, who need not decide"),
    ("ends_by_year", "u1", "0 or 1", "the plan ends, for each member with a year of their own, counted from joining"),
)
PRODUCT_FIELDS = (
    ("on_sale", ("u1", (4,)), "0 or 1", "by tier, 1 to 3"),
    ("sum_insured", "i8", "fen", "paid at diagnosis"),
    ("sponsored", "u1", "0 or 1", "offered by a city and not by agents"),
    ("ends_at_diagnosis", "u1", "0 or 1", "ends once it has paid, and is not for those who were diagnosed"),
    ("trust", "f8", "1", "believed chance that a valid claim is paid"),
    ("overlap", "f8", "1", "worth of aid, or of other insurance, that having it takes away"),
    ("reach", "f8", "1", "chance that its own sellers offer it to a person in this period"),
    ("pages", "f8", "1", "part of the insurance shown on pages of platforms that is this product"),
    ("declines", "f8", "1", "chance that a known risk or illness is turned away"),
    ("declines_for_good", "u1", "0 or 1", "who is turned away once is so at every offer"),
    ("affordable", "f8", "1", "largest share of income spent on it"),
    ("runs_out", "i4", "step", "from which on nobody holds it, as it was given for a time, or has failed; 0 for never"),
    ("follows_closings", "u1", "0 or 1", "offered to those alone who were in one of these plans"),
    ("ended_plans", "u4", "bits", "plans whose end was announced a short time ago, where it follows closings"),
    ("renewal", "u1", "code", "NEVER_RENEWED, ALL_NOW or ONE_BY_ONE: when its holders decide on another year"),
    ("lapse", "f8", "1", "part of them who let it lapse then without a thought"),
    ("ill_again", "f8", "1 a year", "claims of a holder who was diagnosed before, over the sum insured"),
    ("home_from", ("f8", (4,)), "1", "from where on, of all people of a tier, it is sold in their city; by tier"),
    ("home_to", ("f8", (4,)), "1", "and to where"),
)
OFFER = np.dtype([(name, kind) for name, kind, *_ in OFFER_FIELDS])
PRODUCT = np.dtype([(name, *(kind if isinstance(kind, tuple) else (kind,))) for name, kind, *_ in PRODUCT_FIELDS])

OWN_SETTINGS = (
    ("now", "i8", "step", "number of this step, from 0"),
    ("seed", "i8", "1", "key of all random numbers"),
    ("selling", "i8", "0 or 1", "any insurance is on sale in this world, or has been"),
    ("years", "f8", "years", "time since the first day"),
    ("diagnosis_chance", "f8", "1", "chance that the undiagnosed ill are diagnosed in this period"),
    ("fellows", "f8", "persons", "others whom a person stands for, and who fall ill on their own"),
    ("highest_rate", "f8", "1", "most diagnoses of this period among a person's fellows, for an annual incidence of 1"),
    ("widest_reach", "f8", "1", "largest chance that any plan's marketing reaches an unaware person"),
    ("widest_selling", "f8", "1", "chance that any insurer or page offers insurance, at most"),
)
# And the numbers of the scenario that are declared to be for persons, by the section that each is in.
CONSTANTS = {
    section: tuple(name for name, field in kind.model_fields.items() if is_for_persons(field))
    for section, kind in (
        ("people", People),
        ("friends", Friends),
        ("health", Health),
        ("mind", Mind),
        ("basic_medical", BasicMedical),
    )
}
SETTINGS = np.dtype(
    [(name, kind) for name, kind, *_ in OWN_SETTINGS] + [(name, "f8") for names in CONSTANTS.values() for name in names]
)

# Bits of `signals`: four of news, one for each platform that the person is in, and on top the number of the platform
# that the news of aid or refusal is about. With one platform that number is nothing, and eight bits are enough.
NEWS_OF_AID, NEWS_OF_REFUSAL, NEWS_OF_LEAVING, NEWS_OF_ILLNESS = 1, 2, 4, 8
NEWS, NEWS_BITS = 15, 4
SUBJECT_AT = 27
MOST_PLATFORMS = SUBJECT_AT - NEWS_BITS
PLATFORMS = (1 << SUBJECT_AT) - 1 - NEWS
NOBODY = np.zeros(0, np.uint32)  # guardians in a world without households
IS_IN, KEEPS = range(2)  # columns of `standing`


class World(NamedTuple):
    """What every behaviour may read.

    `offers` one row a platform; `covers` (platforms + 1, ages) aid in yuan, 0 where nobody may join, and in the last
    row the most of any plan; `deposits` (platforms, ages) fen paid in on joining, 0 where shares are deducted;
    `annual_caps` (platforms, ages) the most fen that a member pays in a calendar year; `weights` (platforms, sex, age)
    of the rule of division; `audiences` (platforms, tier, band of age) the chance that a person uses its pages;
    `published` (platforms, steps + 1) shares published before each step, summed, fen; `products` what insurers sell,
    and `premiums` (products, sex, age) fen a year; `signals` what friends see of each person as of the last step, in
    bits; `first` and `friends` the network; `guardians` the row
    of who decides for each person, their own where it is themselves; `standing` (persons, 2) what those in the care of
    a person see of them as of the last step, a bit for each platform: IS_IN where they are in, KEEPS where they have
    not ended their membership themselves; `family_news` what guardians are told of those in their care, in bits of news
    (these three are empty without households); `incidence` (sex, age) annual, and `highest_incidence` the highest up to
    each age; `mild` (ages) the chance that a case is mild; `mild_covered` (platforms, steps + 1) 1 where a mild case
    found in a step is covered, 0 by terms without; `latent` (steps + 1) of cases that began, one a period, those not
    yet diagnosed, summed by onset from before the first step; `settings` one row of date and constants.
    """

    offers: np.ndarray
    covers: np.ndarray
    deposits: np.ndarray
    annual_caps: np.ndarray
    weights: np.ndarray
    audiences: np.ndarray
    published: np.ndarray
    products: np.ndarray
    premiums: np.ndarray
    signals: np.ndarray
    first: np.ndarray
    friends: np.ndarray
    guardians: np.ndarray
    standing: np.ndarray
    family_news: np.ndarray
    incidence: np.ndarray
    highest_incidence: np.ndarray
    mild: np.ndarray
    mild_covered: np.ndarray
    latent: np.ndarray
    settings: np.ndarray


def open_world(
    scenario: Scenario,
    first: np.ndarray,
    friends: np.ndarray,
    incidence: np.ndarray,
    seed: int,
    guardians: np.ndarray = NOBODY,
) -> World:
    """The world before its first step: nobody has joined and nothing is on offer yet.

    `first` and `friends` are those of `persons.network`, `guardians` those of `persons.guardians`; `incidence` is
    annual, by sex and age.
    """
    settings = np.zeros(1, SETTINGS)
    settings["seed"], settings["fellows"] = seed, scenario.people.heads - 1.0
    for section, names in CONSTANTS.items():
        for name in names:
            settings[name] = getattr(getattr(scenario, section), name)
    platforms, ages, on_offer = len(scenario.platform), OLDEST + 1, scenario.insurance.products.values()
    products = np.zeros(len(on_offer), PRODUCT)
    seen = np.uint8 if platforms == 1 else np.uint32
    products["overlap"] = [product.overlap for product in on_offer]  # of those too that are no longer on sale
    return World(
        offers=np.zeros(platforms, OFFER),
        covers=np.zeros((platforms + 1, ages), np.int32),
        deposits=np.zeros((platforms, ages), np.int32),
        annual_caps=np.zeros((platforms, ages), np.int32),
        weights=np.zeros((platforms, 2, ages)),
        audiences=np.zeros((platforms, 3, 3)),
        published=np.zeros((platforms, scenario.calendar.periods + 1), np.int64),
        products=products,
        premiums=np.zeros((len(on_offer), 2, ages), np.int64),
        signals=np.zeros(scenario.people.persons, seen),
        first=first,
        friends=friends,
        guardians=guardians,
        standing=np.zeros((guardians.size, 2), seen),
        family_news=np.zeros(guardians.size, seen),
        incidence=incidence,
        highest_incidence=np.maximum.accumulate(incidence, axis=1),
        mild=mild_by_age(scenario.health),
        mild_covered=np.ones((platforms, scenario.calendar.periods + 1), np.uint8),
        latent=np.zeros(scenario.calendar.periods + 1),
        settings=settings,
    )
