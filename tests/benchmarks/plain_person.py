"""A person of the plain Mesa model: an agent with attributes who hears, falls ill, claims, pays, learns and chooses."""

import math
from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from plain_mesa import PlainMesaModel

NEVER, WAITING, COVERED, CLAIMING = "never", "waiting", "covered", "claiming"
LAPSED, LEFT, AIDED, REFUSED = "lapsed", "left", "aided", "refused"
DECLINED, BARRED, AGED_OUT = "declined", "barred", "aged out"
INSIDE = {WAITING, COVERED, CLAIMING}
SHARING = {COVERED, CLAIMING}
OUTSIDE = {NEVER, LAPSED, LEFT}
WELL, LATENT, DIAGNOSED = "well", "latent", "diagnosed"
LONG_AGO = -10_000


class Person(mesa.Agent):
    """Somebody who may join, pay, claim and leave."""

    model: "PlainMesaModel"

    def __init__(self, model: "PlainMesaModel", tier: int, age: float) -> None:
        super().__init__(model)
        case, draw = model.case, self.random.random
        people, health, mind = case.people, case.health, case.mind
        self.friends: list[Person] = []
        self.age_at_start = age
        self.female = draw() < people.female_share
        self.income = self.random.lognormvariate(math.log(people.tier_incomes[tier]), people.income_spread)
        self.credit = min(950, max(350, round(self.random.gauss(people.credit_mean, people.credit_spread))))
        self.insured = draw() < people.insured_share
        self.honest = draw() < people.honest_share

        self.high_risk = draw() < health.high_risk_share
        spread = health.frailty_spread
        self.frailty = self.random.lognormvariate(-(spread**2) / 2, spread)
        self.frailty /= 1 + health.high_risk_share * (health.high_risk_multiple - 1)
        self.frailty *= health.high_risk_multiple if self.high_risk else 1
        self.believed_frailty = self.frailty * (1 if self.high_risk else mind.optimism)

        self.risk_aversion = self.taste(mind.risk_aversion)
        self.altruism = self.taste(mind.altruism)
        self.herding = self.taste(mind.herding)
        self.anxiety = self.taste(mind.anxiety)
        self.attention = min(1.0, self.taste(mind.attention))
        self.inertia = self.taste(mind.inertia)
        self.patience = self.taste(mind.patience)

        rate, ill = model.incidence[self.female][int(age)] * self.frailty, draw()
        self.health = WELL
        if ill < rate * health.latency_years:
            self.health = LATENT
        elif ill < rate * (health.latency_years + health.survival_years):
            self.health = DIAGNOSED
        self.turned = LONG_AGO
        self.accident = False

        self.aware = self.alerted = False
        self.status, self.joined, self.since = NEVER, 0, 0
        self.concealed = False
        self.expected = self.trust = 0.0
        self.arrears = self.billed_this_year = 0

        # What friends see of me, as of the last step.
        self.seen_inside = self.seen_ill = self.seen_aided = self.seen_refused = self.seen_left = False

    def taste(self, median: float) -> float:
        """A taste, lognormal about its median; 0 where the median is."""
        return median * math.exp(self.model.case.mind.spread * self.random.gauss(0, 1))

    @property
    def age(self) -> int:
        """Age on the last birthday."""
        return min(int(self.age_at_start + self.model.now / 24), len(self.model.incidence[0]) - 1)

    @property
    def incidence(self) -> float:
        """Annual incidence of my age and sex."""
        return self.model.incidence[self.female][self.age]

    def before_publication(self) -> None:
        """Hear, fall ill, claim."""
        self.hear()
        self.fall_ill()
        self.claim()

    def after_publication(self) -> None:
        """Settle, learn, choose."""
        if self.status in INSIDE:
            self.settle()
        if self.status in INSIDE:
            self.learn()
        self.choose()

    def hear(self) -> None:
        """Meet one friend and see what advertisements come by."""
        if self.friends:
            friend = self.random.choice(self.friends)
            told = friend.seen_inside and not self.seen_inside
            if told and self.random.random() < self.model.case.friends.telling:
                self.aware = self.alerted = True
            self.take_news(friend)
        if not self.aware and self.random.random() < self.model.platform.reach:
            self.aware = self.alerted = True

    def take_news(self, friend: "Person") -> None:
        """A friend has been ill, aided or refused, or has left."""
        mind = self.model.case.mind
        if friend.seen_ill:
            self.believed_frailty += mind.salience * max(0.0, mind.alarm - self.believed_frailty)
        if friend.seen_aided:
            self.trust += mind.trust_from_aid * (1 - self.trust)
        if friend.seen_refused:
            self.trust -= mind.trust_from_refusal * self.trust
        if friend.seen_ill or friend.seen_aided or friend.seen_refused or friend.seen_left:
            self.alerted = True

    def fall_ill(self) -> None:
        """Well to latent, latent to diagnosed; an accident is diagnosed at once."""
        health = self.model.case.health
        if self.health == WELL:
            if self.random.random() < self.incidence * self.frailty / 24:
                self.turned = self.model.now
                self.accident = self.random.random() < health.accident_share
                self.health = DIAGNOSED if self.accident else LATENT
        elif self.health == LATENT and self.random.random() < self.model.diagnosis_chance:
            self.health, self.turned = DIAGNOSED, self.model.now

    def claim(self) -> None:
        """File a claim, once the papers are together."""
        if self.may_claim() and self.random.random() < self.model.case.health.filing_chance:
            self.model.platform.receive(self)

    def may_claim(self) -> bool:
        """Whether I am diagnosed, covered, and in time; an accident needs no wait."""
        covered = self.status == COVERED or (self.status == WAITING and self.accident)
        in_time = self.model.now - self.turned <= self.model.platform.claim_window
        return self.health == DIAGNOSED and covered and in_time

    def settle(self) -> None:
        """Pay the share; be covered when the wait is over, or barred when ill before; grow out of the plan."""
        platform, now = self.model.platform, self.model.now
        if self.status != WAITING or platform.terms.newcomers_share:
            self.pay()
        if self.status == WAITING and self.health == DIAGNOSED and not self.accident:
            self.status, self.since = BARRED, now
        elif self.status == WAITING and now - self.joined >= platform.waiting:
            self.status, self.since = COVERED, now + 1
        if self.status in (WAITING, COVERED) and platform.cover(self.age) == 0 and not self.may_claim():
            self.status, self.since = AGED_OUT, now

    def pay(self) -> None:
        """One deduction, arrears included; a second failure ends the membership, unless a claim is in hand."""
        platform, people = self.model.platform, self.model.case.people
        if platform.subsidised:
            return
        bill = max(0, min(platform.share, platform.annual_cap - self.billed_this_year))
        self.billed_this_year += bill
        platform.due += bill
        if bill + self.arrears == 0:
            return
        chance = people.deduction_failure * (950 - self.credit) / 300
        if self.arrears:
            chance = people.retry_failure
        if self.random.random() >= chance:
            platform.collected += bill + self.arrears
            self.arrears = 0
        elif self.arrears and self.status in (WAITING, COVERED):
            self.status, self.since, self.arrears = LAPSED, self.model.now, 0
        else:
            self.arrears += bill

    def learn(self) -> None:
        """Expect more of what was seen, and trust more where aid is published."""
        platform, mind = self.model.platform, self.model.case.mind
        self.expected += mind.learning * (platform.share - self.expected)
        if platform.accepted:
            self.trust += mind.trust_from_publication * (1 - self.trust)

    def choose(self) -> None:
        """Think again, perhaps: stay, leave or join."""
        if self.status not in INSIDE and not self.aware:
            return
        if self.random.random() < self.chance_to_think():
            if self.status in (WAITING, COVERED) and not self.may_claim():
                self.stay_or_leave()
            elif self.status in OUTSIDE and self.may_join():
                self.join_perhaps()
        self.alerted = False

    def chance_to_think(self) -> float:
        """Attention, raised by news heard and by a bill above the expected one."""
        mind, surprise = self.model.case.mind, 0.0
        attention = max(self.attention, mind.alerted_attention) if self.alerted else self.attention
        if self.status in INSIDE:
            gap = self.model.platform.share - self.expected
            surprise = max(0.0, gap) / max(self.expected, mind.noticeable_bill)
        return min(1.0, attention * (1 + surprise / self.patience))

    def worth(self, trust: float, share: float) -> float:
        """Yuan a year that membership is worth to me, at that trust and that share a period in fen."""
        overlap = self.model.case.insurance.commercial.overlap if self.insured else 0.0
        aid = trust * self.model.platform.cover(self.age) * self.incidence * self.believed_frailty
        friends_in = sum(friend.seen_inside for friend in self.friends) / max(1, len(self.friends))
        cover = aid * (1 + self.risk_aversion) * (1 - overlap)
        return cover + self.altruism + self.herding * friends_in - 24 * share / 100

    def choice_chance(self, gain: float) -> float:
        """Chance of choosing what gains so many yuan a year."""
        noise = self.model.case.mind.noise
        if noise <= 0:
            return float(gain > 0)
        return 1 / (1 + math.exp(min(700.0, -gain / noise)))

    def stay_or_leave(self) -> None:
        """Leave when being inside is worth less than nothing."""
        outlook = self.expected + self.anxiety * max(0.0, self.model.platform.share - self.expected)
        if self.random.random() >= self.choice_chance(self.worth(self.trust, outlook) + self.inertia):
            self.status, self.since = LEFT, self.model.now

    def may_join(self) -> bool:
        """Whether the platform takes people like me now."""
        platform = self.model.platform
        fit = self.credit >= platform.terms.min_credit and platform.cover(self.age) > 0
        return platform.open and fit and not (self.status != NEVER and self.since == self.model.now)

    def join_perhaps(self) -> None:
        """Join if that is worth the trouble; at the door, declare my health or hide it."""
        platform, now = self.model.platform, self.model.now
        trust = platform.terms.brand if self.status == NEVER else self.trust
        if self.random.random() >= self.choice_chance(self.worth(trust, platform.advertised) - self.inertia):
            return
        ill = self.high_risk
        if self.health == LATENT and not ill:
            ill = self.random.random() < self.model.case.health.noticed_share
        self.trust, self.expected = trust, platform.advertised
        self.joined = self.since = now
        self.arrears = self.billed_this_year = 0
        self.concealed = ill
        self.status = WAITING
        if self.health == DIAGNOSED or (ill and self.honest):
            self.status = DECLINED
        elif platform.waiting == 0:
            self.status, self.since = COVERED, now + 1

    def show(self) -> None:
        """Let friends see what they may see of me."""
        recent = self.model.now - self.model.case.friends.news_periods
        news = self.since > recent
        self.seen_ill = self.health == DIAGNOSED and self.turned > recent
        self.seen_aided = news and self.status == AIDED
        self.seen_refused = news and self.status == REFUSED
        self.seen_left = news and self.status == LEFT
        self.seen_inside = self.status in INSIDE or self.seen_aided
