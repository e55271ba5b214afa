"""Who lives in the world: how many, how connected, how healthy, and what they want, believe and notice."""

from pydantic import model_validator

from abm.scenario.declare import Section, data_file, fact, number

MOST_INCOME = 1e9  # yuan a year, of which the highest of all persons is held in single precision


# fmt: off
class People(Section):
    """Who is within reach, and how many of them are simulated."""

    population: int = number(829_000_000, "persons within reach", unit="persons", low=1, high=1.5e9,
        source="netizens.csv: Chinese internet users at the end of 2018, CNNIC")
    persons: int = number(100_000, "persons simulated", unit="persons", low=1, high=4e9,
        source="assumption: a run takes a few seconds; shares of a year differ by one in a hundred between seeds")
    fellows: bool = fact(True,
        "whether the people whom a simulated person stands for fall ill one by one: each case is then a real one, and "
        "shares move as those of the nation did",
        source="a case in a sample would stand for hundreds, and shares would jump as none did: experiments/scale.py")
    age_structure: str = data_file("netizens.csv",
        "file of shares of the population by age band, or of model points: persons by age, sex and perhaps city tier",
        source="CNNIC 43rd report, 2019")
    female_share: float = number(0.47, "share of women", unit="1", low=0, high=1,
        plausible=(0.46, 0.5), source="assumption: CNNIC counts somewhat fewer women than men online")
    tier_shares: tuple[float, float, float] = fact((0.2, 0.2, 0.6),
        "share living in cities of tier 1, tier 2, and tier 3 and below", unit="1",
        source="assumption: of members nearly 60 % live in tier 3 and below, F034, and netizens are taken to be "
               "spread alike")
    tier_incomes: tuple[float, float, float] = fact((80_000.0, 65_000.0, 50_000.0), "median income by tier",
        unit="yuan a year",
        source="assumption: then two thirds to four fifths earn below 100,000, F032, F235")
    income_spread: float = number(0.6, "standard deviation of the logarithm of income", unit="1", low=0, high=2,
        plausible=(0.4, 0.8), source="assumption: a Gini coefficient near 0.33 within a tier")
    credit_mean: float = number(600, "mean credit score", unit="points", low=350, high=950,
        plausible=(580, 650), source="assumption: 650 is called good credit and is passed by a quarter")
    credit_spread: float = number(70, "standard deviation of the credit score", unit="points", low=0, high=200,
        plausible=(50, 90), source="assumption: the scale runs from 350 to 950 and most scores lie between 500 and 750")
    insured_share: float = number(0.32, "share with commercial critical-illness cover", unit="1", low=0, high=1,
        source="F234: 68 % have no commercial insurance; F244 has below 10 %")
    insured_gradient: float = number(0.5, "how far cover depends on income: 0 not at all, 1 as it does on one's rank",
        unit="1", low=0, high=1,
        plausible=(0.2, 1), source="assumption: the uninsured and poorer joined first, F015, F235")
    deduction_failure: float = number(0.003,
        "chance that a deduction fails at a credit score of 650, a period; at 950 it is 0", unit="1", low=0, high=1,
        plausible=(0.001, 0.02), for_persons=True, source="assumption: most accounts are linked to a balance or a card")
    retry_failure: float = number(0.5, "chance that the retries of a failed deduction fail too",
        unit="1", low=0, high=1,
        plausible=(0.2, 0.8),
        for_persons=True, source="assumption: those without money once are often without it a fortnight later")
    honest_share: float = number(0.85, "share who declare their health truthfully", unit="1", low=0, high=1,
        plausible=(0.6, 0.95),
        source="assumption: declarations are unchecked at the door, and insurers find concealment "
               "in one claim of ten")

    households: bool = fact(True,
        "whether adults decide and pay for the children of their household, and some for another adult",
        source="assumption, false where everybody decides alone: 12 % of members had also enrolled children, F014")
    adult_age: int = number(18, "age from which a child decides alone", unit="years", low=1, high=105, for_persons=True,
        source="General Provisions of the Civil Law, 2017, article 17")
    guardian_older: tuple[float, float] = fact((20.0, 45.0),
        "years by which the guardian of a child is older, from and to, all as likely", unit="years",
        source="assumption: mothers, fathers, and young grandparents who have the account")
    cared_for_share: float = number(0.1, "share of adults for whom another one decides about plans", unit="1",
        low=0, high=1,
        plausible=(0, 0.3), source="assumption: most adults have an account and a telephone of their own; 53 % would "
               "enrol their family, F238")

    @model_validator(mode="after")
    def _weigh(self) -> "People":
        if self.persons > self.population:
            raise ValueError(f"persons = {self.persons} is more than population = {self.population}: nobody twice")
        if abs(sum(self.tier_shares) - 1) > 1e-9 or min(self.tier_shares) < 0:
            raise ValueError(f"tier_shares = {self.tier_shares} must be shares that sum to 1")
        if not 0 <= self.guardian_older[0] <= self.guardian_older[1]:
            raise ValueError(f"guardian_older = {self.guardian_older} must be years, the fewest and then the most")
        if not all(0 <= income <= MOST_INCOME for income in self.tier_incomes):
            raise ValueError(f"tier_incomes = {self.tier_incomes} must be from 0 to {MOST_INCOME:,.0f} yuan a year")
        return self

    @property
    def weight(self) -> float:
        """Real persons for each simulated one."""
        return self.population / self.persons

    @property
    def heads(self) -> float:
        """Of these, how many fall ill one by one: all, or without fellows the simulated one alone."""
        return self.weight if self.fellows else 1.0


class Friends(Section):
    """Who knows whom: a small world of Watts and Strogatz (1998) on a ring of like beside like."""

    degree: int = number(8, "friends a person talks to about such things", unit="persons", low=2, high=64,
        plausible=(4, 16), source="assumption: core discussion networks have 2 to 10")
    rewired: float = number(0.3, "share of friendships that reach beyond one's own kind and neighbourhood",
        unit="1", low=0, high=1,
        plausible=(0.05, 0.5), source="assumption: weak ties; Watts and Strogatz 1998")
    telling: float = number(0.95, "chance that a member one meets recommends the platform, a period",
        unit="1", low=0, high=1, plausible=(0.1, 1),
        for_persons=True, source="assumption, set by hand so that growth gathers way until mid 2019, F016, F024, F031")
    news_periods: int = number(12, "how long news of aid, refusal or leaving is told", unit="periods", low=0, high=240,
        plausible=(4, 24), for_persons=True, source="assumption: a great event is talked about for half a year")

    @model_validator(mode="after")
    def _even(self) -> "Friends":
        if self.degree % 2:
            raise ValueError(f"degree = {self.degree} must be even: as many friends on either side of the ring")
        return self


class Health(Section):
    """From well to ill to diagnosed."""

    incidence_file: str = data_file("incidence.csv", "file of annual incidence by table, age and sex",
        source="China Life Insurance Critical Illness Experience Incidence Tables")
    incidence_table: str = fact("CI_2020_28_diseases", "the table used", source="table CI4 of 2020, 28 diseases")
    incidence_level: float = number(0.75, "incidence that leads to claims, over the table's", unit="1", low=0, high=100,
        plausible=(0.3, 1.2),
        source="assumption, set by hand to the 68,675 aided in 2020, F091: not all who could claim do")
    incidence_slope: float = number(-0.01, "growth with age of incidence that leads to claims, over the table's",
        unit="1 a year", low=-0.1, high=0.02, plausible=(-0.06, 0),
        source="assumption: early claims came from the young. Of 150 aided in late June 2019, F079, 47 had thyroid "
               "cancer, the most frequent one at 15 to 44 years and a fifth or more of insurers' claims "
               "(m.devze.com/ask/736383IeM281D9q), and so had 24 % of 11,928 aided by November 2019 (New Express, "
               "2019-12-17, epaper.xkb.com.cn/view/1153670); nearly half of these were born after 1979 "
               "(techroomage.com/371)")
    high_risk_share: float = number(0.1, "share who are at high risk and know it", unit="1", low=0, high=1,
        plausible=(0.05, 0.2), source="assumption: adults with a chronic illness that a declaration asks for")
    high_risk_multiple: float = number(4.0, "frailty of a high-risk person over that of a healthy one",
        unit="1", low=1, high=50,
        plausible=(2, 6), source="assumption: relative risks of hypertension, diabetes, hepatitis")
    frailty_spread: float = number(0.3, "standard deviation of the logarithm of frailty within either group",
        unit="1", low=0, high=2,
        plausible=(0, 0.6), source="assumption: family history and habits within either group")
    latency_years: float = number(1.0, "mean time from falling ill to diagnosis", unit="years", low=0, high=10,
        plausible=(0.5, 2), source="assumption: tumours and heart disease are found about a year after the first signs")
    noticed_share: float = number(0.7, "share of the undiagnosed ill who have something to declare",
        unit="1", low=0, high=1, plausible=(0.4, 0.9), for_persons=True,
        source="assumption: declarations ask for symptoms, examinations and hospital visits of two years")
    survival_years: float = number(5.0, "years of diagnosed illness that are behind the population at the start",
        unit="years", low=0, high=30,
        plausible=(3, 10), for_persons=True, source="assumption: five-year survival of cancers is near 40 %")
    accident_share: float = number(0.003, "share of covered cases that are accidents, free of the waiting period",
        unit="1", low=0, high=1, plausible=(0.001, 0.02),
        for_persons=True, source="assumption: two cases among 23 million members in the first three months, F078")
    mild_share: float = number(0.25, "share of cases that are mild and paid less", unit="1", low=0, high=1,
        plausible=(0.1, 0.4),
        source="assumption: of 150 aided in late June 2019, F079, 47 had thyroid cancer, which is mostly mild "
               "(m.devze.com/ask/736383IeM281D9q), and so had 24 % of 11,928 aided by November 2019 (New Express, "
               "2019-12-17, epaper.xkb.com.cn/view/1153670); at 38 years, where it has a slope")
    mild_slope: float = number(-0.04, "growth with age of that share, from 20 to 56 years", unit="1 a year",
        low=-0.1, high=0.1, plausible=(-0.04, 0),
        source="assumption, 0 is off; no table of mild cases by age was found. Its sign: thyroid cancer, which is "
               "mostly mild, is the most frequent one at 15 to 44 years (m.devze.com/ask/736383IeM281D9q). Children's "
               "are leukaemias and brain tumours, so it does not go on below 20; -0.04 doubles the share at 20 and "
               "halves it at 56")
    filing_chance: float = number(0.2, "chance that a diagnosed member files a claim, a period",
        unit="1", low=0, high=1,
        plausible=(0.1, 0.4),
        for_persons=True, source="assumption: papers take about ten weeks; 36 had been aided by April 2019, F021")
    aware_of_claiming: float = number(0.1,
        "share of the diagnosed who think of their claim, before a plan has shared anything", unit="1",
        low=0, high=1, plausible=(0.02, 0.5),
        source="assumption, 1 where all do: 36 had been aided by April 2019, F021, of cover for twenty million, "
               "F053, and 496 in a period of July, F081; one who had paid nine yuan at eHuzhu thought no more of it "
               "until a friend spoke of a claim (zhuzhouwang.com/2015/0612/313019.shtml)")
    shares_until_aware: float = number(1, "shares published, in all, that make up half of what that share lacks; where "
        "they are drawn from a deposit, beyond that deposit",
        unit="yuan a member", low=0.01, high=1_000, plausible=(0.3, 10),
        source="assumption: a bill of yuan is looked into, one of cents is not; shares came to 3.58 yuan by August "
               "2019, F069")
    filing_at_the_end: float = number(2,
        "share who think of their claim once the end of a plan is announced, over that before, up to all", unit="1",
        low=1, high=100, plausible=(1, 5),
        source="assumption, 1 where it reminds nobody: a last day for claims is news. Where all think of theirs anyway "
               "it changes nothing")
    mild_reckoned: float = number(1, "part of the mild cases that actuaries of the plans reckon with", unit="1",
        low=0, high=1, plausible=(0, 1), for_persons=True,
        source="assumption, 0 where they take all cases for severe, 1 for who has seen claims")

    @property
    def diagnosis_chance(self) -> float:
        """Chance that the undiagnosed ill are diagnosed within a period."""
        return 1.0 if self.latency_years <= 1 / 24 else 1 / (24 * self.latency_years)


class Mind(Section):
    """What persons want, believe and notice. A spread is the standard deviation of the logarithm over persons."""

    optimism: float = number(0.7, "risk that the healthy believe in over their true risk", unit="1", low=0, high=2,
        plausible=(0.4, 1), source="assumption: unrealistic optimism, Weinstein 1980")
    risk_aversion: float = number(1.2, "median mark-up on expected aid for being covered", unit="1", low=0, high=10,
        plausible=(0.5, 2),
        source="assumption: small chances are overweighted, Kahneman and Tversky 1979; a like cover "
               "cost 400 yuan on the market, F106")
    altruism: float = number(30, "median value of helping", unit="yuan a year", low=0, high=10_000,
        plausible=(0, 60), source="assumption: members call their shares gifts, F145")
    herding: float = number(220, "median value of doing as all one's friends do",
        unit="yuan a year", low=0, high=10_000,
        plausible=(0, 300), source="assumption: 53 % would enrol their family, F238")
    anxiety: float = number(0.5, "median share of a rise in the bill that is expected to come again on top", unit="1",
        low=0, high=10, plausible=(0, 1.5), source="assumption: expectations extrapolate, Greenwood and Shleifer 2014")
    attention: float = number(0.05, "median chance to think again in a period without a reason",
        unit="1", low=0, high=1, plausible=(0.02, 0.15),
        source="assumption: a free membership is reconsidered about once a year")
    alerted_attention: float = number(0.5, "chance to think again in a period with news", unit="1", low=0, high=1,
        plausible=(0.2, 0.8), for_persons=True,
        source="assumption: half of those with news think it over within the fortnight")
    inertia: float = number(70, "median trouble of joining or leaving", unit="yuan a year", low=0, high=10_000,
        plausible=(20, 200), source="assumption: joining takes minutes and some trust in an application")
    renewed_interest: float = number(0.25, "rate at which plans known and declined are thought of again, by oneself or "
        "at a member's word, over that of plans newly heard of", unit="1", low=0, high=1,
        plausible=(0.05, 0.7), for_persons=True,
        source="assumption: a no is seldom gone back on, status quo bias, Samuelson and Zeckhauser 1988")
    coming_back: float = number(2, "trouble of joining a plan again that one left or was removed from, over that of "
        "the first time", unit="1", low=0, high=100, plausible=(1, 5), for_persons=True,
        source="assumption: to go back on one's own decision takes more than to decide, Festinger 1957")
    filling_up: float = number(0.3, "trouble of filling up a deposit that is used up, over that of joining", unit="1",
        low=0, high=100, plausible=(0.1, 1), for_persons=True, source="assumption: a payment, and no questions")
    overlooking: float = number(0.7, "share of those who overlook that a deposit is used up", unit="1", low=0, high=1,
        plausible=(0.4, 0.85), for_persons=True,
        source="assumption: of one plan 48 million shared at the end of 2018 and 14 million 15 months later, newcomers "
               "among them and by other counts, F156, F157")
    automatic_top_up: float = number(0.5, "share of the others, who do not, whose deposit is filled up automatically",
        unit="1", low=0, high=1, plausible=(0.1, 0.9), for_persons=True,
        source="assumption: members of one plan could, up to 50 yuan a month, F309")
    enrolling: float = number(0.6, "chance that who decides for others of a household enrols them in a plan that they "
        "are in themselves", unit="1", low=0, high=1,
        plausible=(0.3, 0.9), for_persons=True,
        source="assumption: 12 % of members had also enrolled children, F014, and a fifth of those who decide have "
               "some here; 53 % would enrol their family, F238")
    noticed_shock: float = number(0.1, "part of trust lost at a stroke from which bad news of a plan makes all its "
        "members think, a smaller loss fewer in proportion; 0: any loss makes all think", unit="1", low=0, high=1,
        plausible=(0.02, 0.3), for_persons=True,
        source="assumption: attention goes to what matters much, Gabaix 2014; a warning costs a tenth of trust")
    habituation_periods: int = number(12, "bills to whose mean one is used, and that a higher one is felt against; 0: "
        "felt against the expected bill", unit="periods", low=0, high=240,
        plausible=(4, 24), for_persons=True,
        source="assumption: people adapt to a level, Helson 1964, and hold a price against those they have paid, "
               "Kalyanaram and Winer 1995")
    patience: float = number(0.5, "median rise of the bill over the expected one that doubles attention",
        unit="1", low=0.01, high=100,
        plausible=(0.2, 2), source="assumption: a bill half as high again is looked at twice")
    noticeable_bill: float = number(100, "smallest expected share against which a rise is felt",
        unit="fen a period", low=1, high=100_000,
        for_persons=True, source="assumption: one yuan; nobody minds a doubling of three fen")
    spread: float = number(0.6, "spread of all tastes above over persons", unit="1", low=0, high=2,
        plausible=(0.3, 1), source="assumption: tastes vary over persons by a factor of about two either way")
    noise: float = number(30, "scale of the logistic choice", unit="yuan a year", low=0, high=10_000,
        plausible=(5, 100), for_persons=True, source="assumption: a third of a year's shares; 0 is a rational choice")
    taste_years: float = number(10, "time from one renewal of a person's unobserved tastes to the next; 0: drawn anew "
        "whenever a choice is made; 1e9: drawn once for all", unit="years", low=0, high=1e9,
        plausible=(2, 30), for_persons=True,
        source="assumption: in a panel the unobserved taste belongs to person and alternative, and stays over all "
               "choices, Revelt and Train 1998; circumstances renew it now and then")
    learning: float = number(0.25, "share of the gap between expected and seen share that is learned in a period",
        unit="1", low=0, high=1, plausible=(0.05, 0.5),
        for_persons=True, source="assumption: constant-gain learning over about two months, Evans and Honkapohja 2001")
    trust_from_aid: float = number(0.2, "share of lacking trust won by a friend's aid", unit="1", low=0, high=1,
        for_persons=True, source="assumption: 60,000 joined around one aided person, F036")
    trust_from_refusal: float = number(0.5, "share of trust lost by a friend's refusal", unit="1", low=0, high=1,
        plausible=(0.1, 0.9),
        for_persons=True, source="assumption: losses weigh about twice as much as gains, Kahneman and Tversky 1979")
    trust_from_publication: float = number(0.002, "share of lacking trust won by a period in which aid was published",
        unit="1", low=0, high=1,
        plausible=(0, 0.02),
        for_persons=True, source="assumption: public lists of the aided reassure a little each time")
    trust_from_delay: float = number(0.002, "share of trust lost in a period for each further period that claims wait",
        unit="1", low=0, high=1, plausible=(0, 0.01),
        for_persons=True, source="assumption: slow claims were a grievance, F267")
    trust_from_closing: float = number(0.1, "share of trust in all plans lost when a plan is announced to end",
        unit="1", low=0, high=1,
        plausible=(0, 0.4), source="assumption: other people's trouble, and yet the same kind of plan")
    trust_from_warning: float = number(0.1, "share of trust lost by a public warning", unit="1", low=0, high=1,
        plausible=(0, 0.3), source="assumption: warnings of 2015 to 2017 and of 2020, F245, F252")
    trust_from_rule_change: float = number(0.05, "share of trust lost when a plan changes its terms", unit="1",
        low=0, high=1, plausible=(0, 0.2), source="assumption: changes were read as a sign of need")
    symptom_alarm: float = number(10,
        "frailty that people suspect in themselves while they notice signs of an illness not yet diagnosed", unit="1",
        low=0, high=1_000, plausible=(2, 50), for_persons=True,
        source="assumption, 0 where signs are thought nothing of: signs for which doctors look for cancer at once mean "
               "it in 3 of 100 (NICE guideline NG12, 2015), ten times the incidence of a year")
    name_recovery: float = number(0.03, "part of a plan's lost good name that is regained in a period", unit="1",
        low=0, high=1, plausible=(0.01, 0.1), source="assumption: within a year or two")
    closing_alarm: float = number(0.3, "believed chance that one's own plan closes within the year after another did",
        unit="1", low=0, high=1, plausible=(0, 0.8), source="assumption: availability, Tversky and Kahneman 1973")
    resentment: float = number(0.2, "part of what one has paid that weighs against staying once the plan may close",
        unit="1 a year", low=0, high=10,
        plausible=(0, 1), for_persons=True, source="assumption: strong reciprocity, Fehr and Gaechter 2000")
    plan_overlap: float = number(0.3, "worth of insurance or another plan that being in a plan takes away",
        unit="1", low=0, high=1,
        plausible=(0, 0.6), for_persons=True, source="assumption: the other side of the overlap of insurance")
    alarm: float = number(2.0, "frailty that a friend's illness makes one fear", unit="1", low=0, high=20,
        plausible=(1, 4), for_persons=True, source="assumption: twice the mean risk")
    salience: float = number(0.1, "part of the way to that fear that one friend's illness goes",
        unit="1", low=0, high=10,
        plausible=(0, 0.5), for_persons=True, source="assumption: availability, Tversky and Kahneman 1973")
