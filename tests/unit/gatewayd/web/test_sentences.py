"""The audit journal in sentences."""

import pytest

from config.schema import Language
from gatewayd.web.languages import tongue
from gatewayd.web.records.sentences import SENTENCES, details, place_of, told
from storage.audit import _DECIDED, _LOG_INS, AuditRow

EN, FR = (tongue(each, "CA") for each in (Language.EN, Language.FR))
NAMES = {"usr_1": "Éva"}


def row(action: str, actor: str = "usr_1", subject: str = "cnv_1") -> AuditRow:
    return AuditRow(seq=1, at_ms=0, actor=actor, action=action, subject=subject, data={}, hash=b"")


@pytest.mark.parametrize("action", sorted(_DECIDED | _LOG_INS | SENTENCES.keys()))
def test_whatever_is_recorded_has_a_sentence_in_both_languages(action: str) -> None:
    english, french = (told(row(action), NAMES, each) for each in (EN, FR))
    assert action not in english
    assert english != french


def test_who_did_it_is_named_as_far_as_they_are_known() -> None:
    assert told(row("rules.updated"), NAMES, FR) == "Éva a modifié les règles"
    machine = told(row("rules.updated", actor="uid:0"), NAMES, EN)
    assert machine == "The gateway’s own machine changed the rules"
    assert told(row("strange.thing", actor="tok_9"), NAMES, EN) == "Tok_9: strange.thing"


def test_what_it_was_done_to_has_its_page() -> None:
    assert place_of(row("conversation.viewed")) == "/inbox/all/cnv_1"
    assert place_of(row("user.updated", subject="usr_2")) == "/settings/people/usr_2"
    assert place_of(row("rules.updated", subject="rules")) is None


def test_details_leave_out_what_is_nothing() -> None:
    assert details({"role": "agent", "inboxes": None}) == "role: agent"
    assert (
        details({"name": "till", "scopes": ["events", "inbox"]})
        == "name: till, scopes: events inbox"
    )
