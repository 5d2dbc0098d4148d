"""The report of a loop ends with its account and its seal; a letter is a page of its own, a draft says so."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.followup.measure.measure import measure
from closeloop.followup.measure.reconciliation import reconciliation
from closeloop.followup.playbook.letter import Letter, letter
from closeloop.followup.playbook.letter_template import letter_kinds
from closeloop.followup.privacy.revealed import PrivateText
from closeloop.followup.store.verification import Break, Verification
from closeloop.reports.loop_report import integrity
from closeloop.reports.page import page_html
from closeloop.text import LocalText

NOW = "2026-07-01 09:00"


def rows(*outcomes: tuple[bool, str, str]) -> list[dict[str, object]]:
    return [
        {"survey_id": "s", "response_id": str(at), "qualifies": qualifies, "outcome": outcome, "reason": reason}
        for at, (qualifies, outcome, reason) in enumerate(outcomes)
    ]


def test_every_response_is_in_one_place_of_the_account() -> None:
    quiet = (True, "suppressed", "quiet_period")
    given = rows(*[(False, "", "")] * 5, *[(True, "case", "")] * 3, quiet, quiet)
    found = reconciliation(measure([], given, now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC)))
    assert (found.n_responses, found.n_qualifying, found.n_cases, found.n_lost) == (10, 5, 3, 0)
    assert list(found.left_out.values()) == [2]
    assert found.adds_up
    assert "It adds up: of 5 responses" in str(found.sentence)


def test_a_response_of_which_nothing_is_known_spoils_the_account() -> None:
    given = rows((True, "case", ""), (True, "", ""), (False, "", ""))
    found = reconciliation(measure([], given, now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC)))
    assert (found.n_cases, found.n_lost, found.adds_up) == (1, 1, False)
    assert "It does not add up" in str(found.sentence)


def test_a_loop_report_ends_with_account_and_seal_in_both_languages(tmp_path: Path) -> None:
    with cl.open_loop(":memory:", actor="li", now=NOW, timezone="Asia/Shanghai") as loop:
        loop.open_case(words="Nobody called.", channel="phone", received_at="2026-06-30 08:30")
        page = loop.report(since="2026-06-30 00:00")
        chinese = cl.loop_report(loop, since="2026-06-30 00:00", language="zh-CN")
        other = cl.loop_report(loop, since="2026-06-30 00:00")
        digest = loop.verify().digest
    written = [each.to_html(tmp_path / "page.html").read_bytes() for each in (page, other)]
    assert written[0] == written[1]
    said = written[0].decode()
    assert str(page.title) == "The follow-up loop, 2026-06-30 to 2026-07-01"  # the days of the loop, not of UTC
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", said)[-2:] == ["Reconciliation", "Is the register whole?"]
    assert digest in said.rsplit("<h2", 1)[1]
    assert str(chinese.parts[-2]) == "# Is the register whole?"
    assert chinese.parts[-2].zh == "# 台账是否完整？"
    assert not page.findings()
    assert not chinese.findings()


def test_a_broken_register_is_named_place_by_place() -> None:
    broken = Verification(
        n_cases=2, n_events=9, digest="0" * 64,
        breaks=(Break(case_id="C-1", seq=3, what=LocalText("the event was changed")),),
    )  # fmt: skip
    said = integrity(broken).block("en")
    assert "C-1" in said.split("What is not as it was written")[1]
    assert "the event was changed" in said


def filled(kind: str, tag: str) -> Letter:
    draft = letter(kind, language=tag)
    given = {"date": "2026-11-02", "number": 3, "text": "Wu Lan"}
    return draft.fill(**{name: given[gap.kind] for name, gap in draft.template.gaps.items()})


@pytest.mark.parametrize("kind", letter_kinds())
@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_a_finished_letter_is_the_letter_and_nothing_else(kind: str, tag: str) -> None:
    page = filled(kind, tag).report()
    assert page.language == tag
    said = page.to_markdown()
    assert said == filled(kind, tag).to_markdown().replace("## ", "# ", 1)
    assert "closeloop" not in said


def test_a_draft_says_so_and_names_what_is_open_wherever_it_is_written(tmp_path: Path) -> None:
    import docx

    draft = filled("apology", "en")
    draft = Letter(
        template=draft.template, language="en", filled={k: v for k, v in draft.filled.items() if k != "remedy"}
    )
    page = draft.report()
    assert str(page.title) == "Draft, not to be sent: Apology"
    document = docx.Document(str(page.to_docx(tmp_path / "draft.docx")))
    written = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for said in (written, page_html(page)):
        assert "Draft, not to be sent: Apology" in said
        assert "what we do to make good" in said.split("Dear")[0]
        assert "[what we do to make good]" in said.split("Dear")[1]


def test_a_revealed_text_with_its_mark_does_not_go_out() -> None:
    marked = filled("apology", "en").fill(name=PrivateText("Ms Li"))
    assert "revealed_mark" in marked.findings().rules
    assert str(marked.report().title).startswith("Draft, not to be sent")
    plain = filled("apology", "en").fill(name=PrivateText("Ms Li").plain)
    assert "revealed_mark" not in plain.findings().rules
    assert "Dear Ms Li," in plain.report().to_markdown()


def test_a_case_writes_its_letter_without_the_customers_name() -> None:
    with cl.open_loop(":memory:", actor="li", now=NOW, timezone="Asia/Shanghai") as loop:
        case = loop.open_case(
            words="I am Li Mei and nobody called.", channel="phone", received_at="2026-06-30 08:30",
            contact="Li Mei, 555 0100",
        )  # fmt: skip
        case.assign(owner="wu", team="service")
        draft = case.letter("acknowledgement", language="en")
    said = draft.report().to_markdown()
    assert "30 Jun 2026" in said
    assert "Li Mei" not in said
    assert "how the customer is addressed" in said
