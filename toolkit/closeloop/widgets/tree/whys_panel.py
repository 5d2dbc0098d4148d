"""The side panel of a cause: what is known of it and its step, and the forms that put more on record."""

from __future__ import annotations

from closeloop.html import join
from closeloop.rootcause.whys.contrast import contrasts
from closeloop.rootcause.whys.graph import CauseGraph, contradicting
from closeloop.rootcause.whys.state import (
    AIMS,
    CLAIMS,
    EVIDENCE_KINDS,
    STOP_REASONS,
    STRENGTHS,
    TOP,
    CauseState,
    Evidence,
    LinkState,
)
from closeloop.rootcause.whys.subjects import SUBJECTS, subject_label
from closeloop.rootcause.whys.whys_words import (
    answered,
    evidence_says,
    evidence_source,
    expected_text,
    looked,
    who_when,
)
from closeloop.text import language, message
from closeloop.views.whys_section import contrast_figure
from closeloop.views.words import in_tag, marks
from closeloop.widgets.tree.parts import Json, field, form, line, say, section
from closeloop.widgets.tree.reading import ANSWERS, because, step_of

MOST_CASES = 200
"""More ids than these are not to be typed."""
SHOWS = ("supports", "contradicts", "neither")
_ICONS = {"interview": "speak", "observation": "find", "query": "find", "test": "check"}


def words(key: str) -> str:
    """Return a text of the five-whys in the language in use."""
    return str(message(f"whys.{key}"))


def top_panel(graph: CauseGraph, row: Json, writer: str) -> Json:
    """Return the panel of what is to be explained."""
    top = graph.causes[TOP]
    sections = [head(row, say("what_is_explained")), *mend(row)]
    writes = [field("by", say("writer_name"), value=writer)]
    sections.append(section("writer", say("writer"), text=say("writer_why"), forms=[form("writer", writes, auto=True)]))
    sections += [_rivals(top), _cases(top, say("cases_top"))]
    return {"node": row["id"], "sections": sections}


def cause_panel(graph: CauseGraph, row: Json, reader: str, writer: str) -> Json:
    """Return the panel of a cause and of the step to its effect."""
    link = graph.links[row["id"]]
    cause = graph.causes[link.cause]
    status = graph.status(link)
    by = who_when(link.by, link.on)
    meta = str(message("whys.written_by", who=by)) if link.by else say("unsigned")
    sections = [head(row, f"{row['no']} · {say(f'mark_{status}')}", meta), *mend(row)]
    if cause.ruled_out is None:
        sections.append(_read_back(graph, link, reader))
    pieces = (*link.evidence, *(cause.ruled_out.evidence if cause.ruled_out else ()))
    sections.append(_evidence(cause, link, pieces, writer))
    if figures := contrasts(pieces):
        drawn = join(contrast_figure(one, language()) for one in figures)
        sections.append(section("contrast", words("contrast"), html=str(drawn)))
    if cause.ruled_out is None:
        sections += [_alone(graph, link), _stop(graph, cause), _removed(graph, cause, writer), _remedies(cause)]
        sections += [_predicted(cause), _rivals(cause), _split(graph, cause)]
    sections += [_about(cause), _cases(cause, "")]
    return {"node": row["id"], "sections": sections}


def head(row: Json, state: str, meta: str = "") -> Json:
    """Return the first section: state and words."""
    return section("head", row["text"], mark=row["mark"], state=state, text=meta)


def mend(row: Json) -> list[Json]:
    """Return what the rules found, if anything."""
    lines = [line(text, icon=level, code=code) for level, code, text in row["notes"] if level in {"error", "warn"}]
    return [section("mend", say("mend"), lines=lines)] if lines else []


def _read_back(graph: CauseGraph, link: LinkState, reader: str) -> Json:
    colon = marks(language()).colon
    answer = graph.answer(link)
    said = [
        f"{words(answered(read.holds))}{colon}{who_when(read.by, read.on)}" for read in graph.readings(link)
    ]  # fmt: skip
    choices = [[key, say(f"answer_{key}"), answer == key] for key in ANSWERS]
    ask = form("readback", [field("by", say("reader"), value=reader)], choices=choices)
    if not link.by:
        ask["why_not"] = say("readback_unsigned")
    return section(
        "readback", words("read_back"), aside=say("second_person"), because=because(graph, step_of(graph, link.id)),
        text=" · ".join(said), forms=[ask],
    )  # fmt: skip


def _evidence(cause: CauseState, link: LinkState, pieces: tuple[Evidence, ...], writer: str) -> Json:
    lines = []
    for one in pieces:
        says = in_tag(evidence_says(one), language())
        shows = "" if one.shows == "supports" else words(f"shows_{one.shows}") + marks(language()).colon
        source = str(evidence_source(one))
        icon = "ban" if one.shows == "contradicts" else _ICONS.get(one.kind, "doc")
        lines.append(line(shows + (says or source), source if says else "", icon=icon))
    against = len(contradicting(link))
    aside = str(
        message("whys.chip_evidence_against" if against else "whys.chip_evidence", n=len(pieces), against=against)
    )
    fields = _evidence_fields(writer)
    shows_field = field("shows", say("shows"), "select", options=[(one, words(f"shows_{one}")) for one in SHOWS])
    add = form(
        "evidence", [fields[0], shows_field, *fields[1:]], button=say("add_evidence"), hot="E", submit=say("add")
    )
    if cause.ruled_out is not None:
        again = form("reopen", [], submit=say("reopen"))
        return section("evidence", words("evidence"), aside=aside, lines=lines, forms=[again])
    out = form("rule_out", fields, button=say("rule_out"), hot="X", icon="out", title=say("rule_out_why"),
               submit=say("rule_out_do"))  # fmt: skip
    none = "" if lines else words("no_evidence")
    return section("evidence", words("evidence"), aside=aside, lines=lines, text=none, forms=[add, out])


def _evidence_fields(writer: str) -> list[Json]:
    return [
        field("kind", say("kind"), "select", options=[(one, words(f"kind_{one}")) for one in EVIDENCE_KINDS]),
        field("source", say("source"), hint=say("source_hint")),
        field("says", say("says"), "area"),
        field("on", say("on"), "date"),
        field("by", say("found_by"), value=writer),
    ]


def _alone(graph: CauseGraph, link: LinkState) -> Json:
    effect = in_tag(graph.text(link.effect), language())
    choices = [["yes", say("alone_yes"), link.alone is True], ["no", say("alone_no"), link.alone is False]]
    return section(
        "alone", say("alone"), text=say("alone_why", effect=effect), forms=[form("sufficient", [], choices=choices)]
    )


def _stop(graph: CauseGraph, cause: CauseState) -> Json:
    stop = cause.stop
    if graph.live(cause.id):
        return section("stop", say("why_stop"), text=say("goes_on"))
    hints = {"outside_control": say("stop_soften"), "another_problem": say("stop_link")}
    options = [(one, say(f"stop_{one}")) for one in STOP_REASONS]
    fields = [field("reason", say("why_stop"), "radio", stop.reason if stop else "", options=options)]
    fields[0]["hints"] = hints
    if stop is not None:
        early = graph.reached.get(cause.id, 0) < 3
        fields.append(field("note", say("stop_note_early" if early else "stop_note"), value=stop.note))
    if stop is not None and stop.reason == "another_problem":
        fields.append(field("problem", say("stop_problem"), value=stop.problem))
    return section("stop", say("why_stop"), forms=[form("stop", fields, auto=True)])


def _removed(graph: CauseGraph, cause: CauseState, writer: str) -> Json:
    expected, gap = cause.counterfactual, graph.state.gap
    percent = gap is not None and gap.unit == "percent"
    value = "" if expected is None else f"{expected.shrinks_to * (100 if percent else 1):g}"
    label = say("removed_percent" if percent else "removed_value", metric=in_tag(gap.label, language()) if gap else "")
    fields = [
        field("value", label if gap else say("removed_plain"), "number", value),
        field("by", say("expected_by"), value=expected.by if expected else writer),
    ]
    told = expected_text(graph, cause)
    ask = form(
        "counterfactual", fields, button=say("removed_change" if expected else "removed_ask"), submit=say("keep")
    )
    return section("removed", words("removed"), text="" if told is None else in_tag(told, language()), forms=[ask])


def _remedies(cause: CauseState) -> Json:
    lines = [
        line(
            one.what or one.id,
            " · ".join([*([words(f"aim_{one.aim}")] if one.aim else []), words(f"strength_{one.strength}")]),
            icon="check", code=one.id if one.what else "", act=["detach", say("detach"), {"id": one.id}],
        )
        for one in cause.remedies
    ]  # fmt: skip
    fields = [
        field("id", say("remedy_id")),
        field("what", say("remedy_what"), "area"),
        field("strength", say("remedy_strength"), "select", "intermediate",
              options=[(one, words(f"strength_{one}")) for one in STRENGTHS]),
        field("aim", say("remedy_aim"), "select", "prevent", options=[(one, words(f"aim_{one}")) for one in AIMS]),
    ]  # fmt: skip
    ask = form("countermeasure", fields, button=say("add_remedy"), submit=say("add"))
    return section("remedies", words("aims"), lines=lines, forms=[ask])


def _predicted(cause: CauseState) -> Json:
    lines = [
        line(one.effect, " · ".join([words(looked(one.found)), *([one.source] if one.source else [])]), icon="find")
        for one in cause.predictions
    ]
    found = [("", words("not_looked")), ("yes", words("found")), ("no", words("not_found"))]
    fields = [
        field("effect", say("other_effect")),
        field("found", say("was_found"), "select", options=found),
        field("source", say("source")),
    ]
    return section("predicted", words("predicted"), lines=lines,
                   forms=[form("predict", fields, button=say("add_prediction"), submit=say("add"))])  # fmt: skip


def _rivals(cause: CauseState) -> Json:
    other = form("rival", [field("text", say("rival_words"))], button=say("add_rival"), submit=say("add"))
    none = form("no_rival", [field("reason", say("no_rival_why"), value=cause.no_rival)], button=say("no_rival"),
                icon="out", submit=say("keep"))  # fmt: skip
    return section("rivals", say("rivals"), text=cause.no_rival, forms=[other, none])


def _split(graph: CauseGraph, cause: CauseState) -> Json:
    gates = [("or", say("gate_or_long")), ("and", say("gate_and_long"))]
    fields = [
        field("text", say("split_first"), "area", graph.words(cause.id)),
        field("second", say("split_second"), "area"),
        field("gate", say("split_gate"), "select", options=gates),
    ]
    ask = form(
        "split", fields, button=say("split_cause"), hot="P", icon="people", title=say("split_why"), submit=say("split")
    )
    return section("split", say("split"), forms=[ask])


def _about(cause: CauseState) -> Json:
    own = [(one, str(subject_label(one))) for one in SUBJECTS]
    if cause.subject and cause.subject not in SUBJECTS:
        own.append((cause.subject, str(subject_label(cause.subject))))
    none = [] if cause.claim else [("", "–")]  # what was said can be changed, not unsaid
    fields = [
        field("subject", say("subject"), "select", cause.subject, options=[("", "–"), *own]),
        field(
            "claim",
            say("claim"),
            "select",
            cause.claim,
            options=[*none, *((one, say(f"claim_{one}")) for one in CLAIMS)],
        ),
        field("duty", words("duty"), value=cause.duty),
        field("dated", words("dated"), "date", cause.dated),
    ]
    return section("about", say("about"), forms=[form("about", fields, auto=True)])


def _cases(cause: CauseState, why: str) -> Json:
    text = say("chip_cases", n=len(cause.cases)) if cause.cases else why
    fields = [field("ids", say("case_ids"), "area", " ".join(cause.cases[:MOST_CASES]))]
    ask = form("cases", fields, button=say("change_cases"), icon="pen", submit=say("keep"))
    if len(cause.cases) > MOST_CASES:
        ask["why_not"] = say("too_many_cases")
    return section("cases", say("cases"), text=text, forms=[ask])
