"""The study of the Île-de-France landlords of June 2016, entered as answers of landlords made up to give its tables.

Source: AORIF (Union sociale pour l’habitat d’Île-de-France), « Engagements qualité et sites complexes », 2017: the
figures that its text and its tables print. It says neither how many answered nor who: 65 of 141 is the one couple of whole
numbers that gives all the percentages printed of all those who answered, and 46 % of the members.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MEMBERS, ANSWERED = 141, 65
# Family, dwellings, how many landlords: those that answered first.
PROFILE = [
    ("esh", 8_000, 10), ("esh", 28_868, 20), ("oph", 4_000, 14), ("oph", 19_476, 14), ("coop", 1_423, 4), ("sem", 1_423, 3),
    ("esh", 728, 30), ("oph", 4_563, 40), ("coop", 40, 4), ("sem", 40, 2),
]  # fmt: skip
LANDLORDS = [(family, homes) for family, homes, many in PROFILE for _ in range(many)]

# By question and answer, in percent of those who answered it, as printed.
PERCENT = {
    "commitment_taken": {"yes": 54},
    "commitment_planned": {"yes": 58},
    "certification_scope": {"all": 57, "rental": 21, "building": 21, "stock": 14, "other": 7},
    "charter_themes": {"reception": 100, "technical_requests": 92, "cleanliness": 92, "equipment": 92, "interventions": 83},
    "charter_with_tenants": {"yes": 70},
    "commitments_planned": {"tenants_charter": 39, "quali_hlm": 37, "site_project": 21},
    "site_detection": {"no": 65},
    "site_detection_tools": {
        "staff": 91, "consultation": 83, "surveys": 78, "stock_plan": 74, "security_sheets": 70, "incivility_observatory": 39,
        "occupancy": 30, "suppliers": 17, "rent_range": 17, "requests_by_area": 13,
    },
    "site_difficulties": {"yes": 66},
    "levers_identified": {"all": 20, "most": 45, "none": 16},
    "tfpb_used": {"yes": 86},
    "tfpb_actions": {
        "cleaning": 68, "social": 64, "presence": 46, "works": 46, "mediation": 43, "integration": 25, "security": 18, "other": 18,
    },
    "effects_measured": {"no": 48},
    "evaluation_tools": {"surveys": 92, "site_visits": 74, "consultation": 65, "indicators": 49, "audits": 49, "other": 3},
}  # fmt: skip
# In percent of all who answered, though asked of those who took a commitment.
OF_ALL = {"iso_9001": 23, "tenants_charter": 18, "qualibail": 14, "other": 14, "other_charter": 11}
# How many times an answer was named.
NAMED = {
    "priority_themes": {
        "technical_requests": 57, "cleanliness": 50, "reception": 48, "other_requests": 36, "interventions": 31, "charges": 27,
        "equipment": 26, "moves": 21, "other": 5,
    },
    "site_stock": {"districts": 38, "no_staff": 31, "co_ownership": 24, "remote": 22, "large_estates": 18, "other": 7},
}  # fmt: skip
MEDIAN = {"site_difficult_share": 18}
MEAN = {"site_level_medium": 62, "site_level_serious": 33, "site_level_extreme": 5}
# Of those who took a commitment, by how many they took.
COMBINED = {1: 66, 2: 20, 3: 14}


def answers() -> list[dict[str, Any]]:  # noqa: C901 - one line a question
    """The answers of the 65."""
    said: list[dict[str, Any]] = [
        {"landlord_status": family, "landlord_homes": homes} for family, homes in LANDLORDS[:ANSWERED]
    ]

    def one(key: str, *values: tuple[str, int]) -> None:
        """An answer each to the first landlords."""
        for who, value in zip(said, (code for code, many in values for _ in range(many)), strict=False):
            who[key] = value

    def tick(key: str, code: str, who: Iterable[int]) -> None:
        for landlord in who:
            said[landlord].setdefault(key, []).append(code)

    one("commitment_taken", ("yes", 35), ("no", 30))
    taken = [code for code, many in _counts(OF_ALL, ANSWERED).items() for _ in range(many)]
    for place, code in zip([*range(35), *range(12), *range(5)], taken, strict=True):
        tick("commitments", code, [place])
    asked = [n for n in range(35) if {"iso_9001", "qualibail"} & set(said[n]["commitments"])][:14]
    for code, who in {
        "all": asked[:8],
        "rental": asked[8:11],
        "building": asked[11:],
        "stock": asked[8:10],
        "other": asked[10:11],
    }.items():
        tick("certification_scope", code, who)
    charters = [n for n in range(35) if "tenants_charter" in said[n]["commitments"]]
    for code, many in {
        "reception": 12,
        "technical_requests": 11,
        "cleanliness": 11,
        "equipment": 11,
        "interventions": 10,
    }.items():
        tick("charter_themes", code, charters[:many])
    for place, landlord in enumerate(charters[:10]):
        said[landlord]["charter_with_tenants"] = "yes" if place < 7 else "no"
    one("commitment_planned", ("yes", 38), ("no", 27))
    for code, who in {
        "tenants_charter": range(15),
        "quali_hlm": range(15, 29),
        "site_project": range(29, 37),
        "other": [37],
    }.items():
        tick("commitments_planned", code, who)
    place = 0
    for code, many in NAMED["priority_themes"].items():
        tick("priority_themes", code, ((place + n) % ANSWERED for n in range(many)))
        place += many
    one("site_detection", ("yes", 23), ("no", 42))
    tools = _counts(PERCENT["site_detection_tools"], 23)
    for code, many in tools.items():
        tick("site_detection_tools", code, range(23 - many, 23) if code == "staff" else range(many))
    one("site_difficulties", ("yes", 43), ("no", 22))
    for n in range(43):
        said[n] |= {"site_difficult_share": 5 if n < 21 else 18 if n == 21 else 40} | MEAN
    for code, many in NAMED["site_stock"].items():
        tick("site_stock", code, range(43 - many, 43) if code == "no_staff" else range(many))
    one("levers_identified", ("all", 11), ("most", 25), ("some", 11), ("none", 9))
    one("tfpb_used", ("yes", 31), ("no", 5))
    for code, many in _counts(PERCENT["tfpb_actions"], 28).items():
        tick("tfpb_actions", code, range(28 - many, 28) if code == "social" else range(many))
    one("effects_measured", ("yes", 29), ("no", 27))
    for code, many in _counts(PERCENT["evaluation_tools"], ANSWERED).items():
        tick("evaluation_tools", code, range(ANSWERED - many, ANSWERED) if code == "site_visits" else range(many))
    return said


def _counts(percents: dict[str, int], among: int) -> dict[str, int]:
    """The whole number that each percentage stands for."""
    return {code: round(percent * among / 100) for code, percent in percents.items()}
