"""Draw the answers of the invented customers."""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import phrases
import world
from draws import Draws


@dataclass(slots=True)
class Answer:
    """One filled-in questionnaire, as true values: no dirt, no layout."""

    respondent: str
    panel: bool
    started: datetime
    seconds: int
    language: str
    region: int
    touchpoint: int
    experienced: tuple[str, ...]
    recommend: int
    overall: int | None
    effort: int | None
    callback: bool | None
    pains: tuple[str, ...]
    other_text: str
    comment: str
    comment_codes: tuple[str, ...]
    status: str = "complete"
    progress: int = 100
    key: str = ""
    ip: int = 0
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def ended(self) -> datetime:
        """The moment at which the answer was handed in."""
        return self.started + timedelta(seconds=self.seconds)


def normal_parts(draws: Draws) -> tuple[float, float, float]:
    """Draw the normal parts of overall satisfaction, ease and the rest of the recommendation."""
    first, second, third = draws.normal(), draws.normal(), draws.normal()
    r = world.OVERALL_EFFORT_CORRELATION
    return first, r * first + math.sqrt(1 - r * r) * second, world.REST_SD * third


def _level(value: float, cuts: tuple[float, ...]) -> int:
    return 1 + sum(value >= cut for cut in cuts)


class Respondents:
    """Makes answers; one instance draws a whole world."""

    def __init__(self, seed: int) -> None:
        self._scores, self._habits, self._words, self._times, ids = (Draws(seed, stream) for stream in range(1, 6))
        self._ids = ids
        self._used: set[int] = set()

    def _respondent(self) -> str:
        while (number := self._ids.between(100_000, 999_999)) in self._used:
            pass
        self._used.add(number)
        return f"C{number}"

    def _when(self, year: int, month: int, last_day: int = 31) -> datetime:
        days = min(calendar.monthrange(year, month)[1], last_day)
        day, hour = 1 + self._times.below(days), self._times.between(8, 21)
        # Naive on purpose: the exports hold local times without an offset.
        return datetime(year, month, day, hour, self._times.below(60), self._times.below(60))  # noqa: DTZ001

    def _segment(self) -> tuple[int, int]:
        return self._scores.weighted(world.REGION_SHARE), self._scores.weighted(world.TOUCHPOINT_SHARE)

    def _answer(
        self,
        respondent: str,
        when: datetime,
        segment: tuple[int, int],
        parts: tuple[float, float, float],
        language: str,
        *,
        panel: bool,
    ) -> Answer:
        region, touchpoint = segment
        stretch = world.regime(when.date())
        rates = world.theme_rates(stretch, region, touchpoint)
        had = [self._scores.chance(rate) for rate in rates]
        overall = parts[0] - sum(w for w, yes in zip(world.THEME_ON_OVERALL, had, strict=True) if yes)
        ease = parts[1] - sum(w for w, yes in zip(world.THEME_ON_EFFORT, had, strict=True) if yes)
        latent = world.shift(stretch, region, touchpoint) + parts[2]
        latent += world.OVERALL_ON_RECOMMEND * overall + world.EFFORT_ON_RECOMMEND * ease
        latent -= sum(w for w, yes in zip(world.THEME_ON_RECOMMEND, had, strict=True) if yes)
        score = min(10, max(0, math.floor(latent + 0.5)))
        experienced = tuple(theme for theme, yes in zip(world.THEMES, had, strict=True) if yes)
        habits = self._habits
        pains, other_text = self._pains(score, experienced, language)
        codes, text = self._comment(score, experienced, language)
        callback = None
        if score <= 6:
            yes = habits.chance(world.CALLBACK_YES_RATE)
            callback = None if habits.chance(world.CALLBACK_BLANK_RATE) else yes
        return Answer(
            respondent=respondent,
            panel=panel,
            started=when,
            seconds=max(18, round(self._times.lognormal(112.0, 0.45))),
            language=language,
            region=region,
            touchpoint=touchpoint,
            experienced=experienced,
            recommend=score,
            overall=None if habits.chance(world.OVERALL_BLANK_RATE) else _level(overall, world.OVERALL_CUTS),
            effort=None if habits.chance(world.EFFORT_BLANK_RATE) else _level(ease, world.EFFORT_CUTS),
            callback=callback,
            pains=pains,
            other_text=other_text,
            comment=text,
            comment_codes=codes,
            ip=habits.below(10_000),
        )

    def _pains(self, score: int, experienced: tuple[str, ...], language: str) -> tuple[tuple[str, ...], str]:
        if score > 8:
            return (), ""
        habits = self._habits
        ticked = [
            theme
            for theme in world.THEMES
            if habits.chance(world.TICK_RATE if theme in experienced else world.STRAY_TICK_RATE)
        ]
        if habits.chance(world.OTHER_TICK_RATE if ticked else 0.25):
            ticked.append("other")
        while len(ticked) > world.MAX_PAINS:
            ticked.pop(habits.below(len(ticked)))
        return tuple(ticked), habits.pick(phrases.OTHER_PAINS[language]) if "other" in ticked else ""

    def _comment(self, score: int, experienced: tuple[str, ...], language: str) -> tuple[tuple[str, ...], str]:
        words = self._words
        if not words.chance(world.COMMENT_RATE):
            return (), ""
        mentioned = tuple(theme for theme in experienced if words.chance(world.MENTION_RATE))
        group = "detractor" if score <= 6 else "passive" if score <= 8 else "promoter"
        if group == "promoter" and mentioned:
            group = "promoter_with_problem"
        codes = ("praise", *mentioned) if words.chance(world.PRAISE_RATE[group]) else mentioned
        return codes, phrases.comment(codes, score, language, words)

    def _language(self, platform: str) -> str:
        return "zh-CN" if self._words.chance(world.CHINESE_COMMENTS[platform]) else "en"

    def one_time(self, year: int, month: int, platform: str, last_day: int = 31) -> Answer:
        """Draw somebody who answers once."""
        when, segment = self._when(year, month, last_day), self._segment()
        parts = normal_parts(self._scores)
        return self._answer(self._respondent(), when, segment, parts, self._language(platform), panel=False)

    def panel(self) -> list[Answer]:
        """Draw all answers of the people who are asked in every wave; who answers in a wave is left to chance."""
        people = []
        for _ in range(world.PANEL_SIZE):
            language = "zh-CN" if self._words.chance(0.5) else "en"
            people.append((self._respondent(), self._segment(), normal_parts(self._scores), language))
        keep, change = math.sqrt(world.LATENT_RETEST), math.sqrt(1 - world.LATENT_RETEST)
        found = []
        for year, month in world.PANEL_WAVES:
            for index in self._scores.sample(world.PANEL_SIZE, world.PANEL_ANSWERS_PER_WAVE):
                respondent, segment, lasting, language = people[index]
                fresh = normal_parts(self._scores)
                mixed = (
                    keep * lasting[0] + change * fresh[0],
                    keep * lasting[1] + change * fresh[1],
                    keep * lasting[2] + change * fresh[2],
                )
                found.append(self._answer(respondent, self._when(year, month), segment, mixed, language, panel=True))
        return found
