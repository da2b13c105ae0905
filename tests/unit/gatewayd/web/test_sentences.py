"""The audit journal in sentences."""

import pytest

from config.schema import Language
from gatewayd.web.languages import Tongue, tongue
from gatewayd.web.records.sentences import SENTENCES, details, place_of, told
from storage.audit import _DECIDED, _LOG_INS, AuditRow

EN, FR = (tongue(each, "CA") for each in (Language.EN, Language.FR))
NAMES = {"usr_1": "Éva"}


def row(action: str, actor: str = "usr_1", subject: str = "cnv_1", **data: object) -> AuditRow:
    head = {"seq": 1, "at_ms": 0, "hash": b""}
    return AuditRow(**head, actor=actor, action=action, subject=subject, data=data)  # type: ignore[arg-type]  # of any kind


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


def test_a_hand_over_tells_to_whom() -> None:
    names = NAMES | {"usr_2": "Luc", "tea_1": "Atelier"}

    def handed(**data: str | None) -> str:
        return told(row("conversation.assigned", **data), names, EN)

    assert handed(person_id="usr_2", team_id=None) == "Éva handed a conversation to Luc"
    assert handed(person_id=None, team_id="tea_1") == "Éva handed a conversation to Atelier"
    assert handed(person_id=None) == "Éva gave a conversation back to nobody"
    assert handed(person_id=f"usr_{0:026}") == "Éva handed a conversation over"


def test_details_are_words_without_what_is_nothing_or_has_no_name() -> None:
    def said(action: str, language: Tongue = EN, **data: object) -> str:
        return details(row(action, **data), NAMES, language)

    assert said("user.updated", role="agent", inboxes=None) == "role: agent"
    assert said("token.created", name="till", scopes=["events", "inbox"]) == (
        "name: till, scopes: events inbox"
    )
    assert said("link.created", person_id="usr_1") == "person: Éva"
    assert said("link.created", FR, person_id="usr_1") == "personne\xa0: Éva"
    assert said("session.started", id=f"ses_{0:026}", address="10.0.0.7") == "address: 10.0.0.7"
    assert said("contact.imported", count=3, other=0) == "count: 3, other: 0"
    handed = {"person_id": "usr_1", "reason": "shift_over", "contact_id": f"con_{0:026}"}
    assert said("conversation.assigned", **handed) == "reason: shift over"
    # Whoever erased somebody wrote why in their own words.
    assert said("contact.erased", reason="At the counter: 100 %") == "reason: At the counter: 100 %"
