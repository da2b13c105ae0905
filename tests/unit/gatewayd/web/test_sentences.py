"""The audit journal in sentences."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

import gatewayd
import storage
from config.schema import Language
from gatewayd.handing_over import HandOverReason
from gatewayd.http.models.messages import ResolveIn
from gatewayd.services.options import Chosen
from gatewayd.services.roles import Role
from gatewayd.web.languages import Tongue, tongue
from gatewayd.web.records.facts import LABELS, UNTOLD, VALUES, details
from gatewayd.web.records.sentences import SENTENCES, place_of, told
from storage.audit import DECIDED, LOG_IN_FACTS, LOG_INS, AuditRow
from storage.consents import ConsentKind
from storage.links import LinkPurpose
from storage.schema import inboxes

INBOX_FIELDS = {"hours", "targets", *(column.name for column in inboxes.columns)} - {
    *("name", "version", "created_at_ms", "updated_at_ms")
}
EN, FR = (tongue(each, "CA") for each in (Language.EN, Language.FR))
NAMES = {"usr_1": "Éva"}


def row(action: str, actor: str = "usr_1", subject: str = "cnv_1", **data: object) -> AuditRow:
    head = {"seq": 1, "at_ms": 0, "hash": b""}
    return AuditRow(**head, actor=actor, action=action, subject=subject, data=data)  # type: ignore[arg-type]  # of any kind


@pytest.mark.parametrize("action", sorted(DECIDED.keys() | LOG_INS | SENTENCES.keys()))
def test_whatever_is_recorded_has_a_sentence_in_both_languages(action: str) -> None:
    english, french = (told(row(action), NAMES, each) for each in (EN, FR))
    assert action not in english
    assert english != french


def written() -> Iterator[tuple[str, set[str]]]:
    """Find what is written to the journal by name: the action, and the facts beside it."""
    for package in (gatewayd, storage):
        for file in Path(package.__path__[0]).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            if "audit" not in text:
                continue
            for function in ast.walk(ast.parse(text)):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield from _written_by(function)


def _written_by(function: ast.AST) -> Iterator[tuple[str, set[str]]]:
    inside = list(ast.walk(function))
    calls = [node for node in inside if isinstance(node, ast.Call)]
    said = {
        ast.unparse(argument).strip("'")
        for call in calls
        if ast.unparse(call.func).endswith(("audit.record", "audits.note", "self.note"))
        for argument in [*call.args[:1], *(k.value for k in call.keywords if k.arg == "action")]
        if isinstance(argument, ast.Constant)
    }
    for action in said:
        keys = [key for node in inside if isinstance(node, ast.Dict) for key in node.keys]
        keys += [
            node.slice
            for node in inside
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        ]
        yield action, {key.value for key in keys if isinstance(key, ast.Constant)}


WRITTEN = sorted((action, sorted(keys)) for action, keys in written())


def test_what_is_written_by_name_is_found() -> None:
    found = dict(WRITTEN)
    assert found["token.created"] == ["inboxes", "name", "person_id", "scopes"]
    assert {"message.resolved", "contact.erased", "contacts.imported"} < found.keys()


@pytest.mark.parametrize(("action", "keys"), WRITTEN)
def test_whatever_is_written_has_its_words(action: str, keys: list[str]) -> None:
    assert action in SENTENCES
    assert set(keys) <= LABELS.keys() | UNTOLD


def test_whatever_is_taken_over_has_its_words() -> None:
    keys = LOG_IN_FACTS.union(*DECIDED.values())
    assert keys <= LABELS.keys() | UNTOLD
    assert {each.name for each in fields(Chosen)} <= DECIDED["settings.updated"]


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("reason", HandOverReason),
        ("role", Role),
        ("purpose", LinkPurpose),
        ("what", ConsentKind),
        ("as", get_args(ResolveIn.model_fields["as_"].annotation)),
        ("fields", INBOX_FIELDS),
    ],
)
def test_whatever_it_can_be_has_its_words(key: str, values: Any) -> None:
    assert {str(each) for each in values} <= VALUES[key].keys()


def test_who_did_it_is_named_as_far_as_they_are_known() -> None:
    assert told(row("rules.updated"), NAMES, FR) == "Éva a modifié les règles"
    machine = told(row("rules.updated", actor="uid:0"), NAMES, EN)
    assert machine == "The gateway’s own machine changed the rules"
    assert told(row("strange.thing", actor="tok_9"), NAMES, EN) == "Tok_9: strange.thing"


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        (f"con_{0:026}", "The customer"),
        (f"lnk_{0:026}", "Whoever had the link"),
        (f"usr_{0:026}", "Somebody unknown"),
        ("nobody", "Somebody unknown"),
        ("gateway", "The gateway"),
    ],
)
def test_nobody_is_called_by_an_id(actor: str, name: str) -> None:
    said = told(row("contact.consent", actor=actor), NAMES, EN)
    assert said == f"{name} changed a customer’s consent"


def test_what_it_was_done_to_has_its_page() -> None:
    assert place_of(row("conversation.viewed")) == "/inbox/all/cnv_1"
    assert place_of(row("user.updated", subject="usr_2")) == "/settings/people/usr_2"
    assert place_of(row("rules.updated", subject="rules")) is None
    assert place_of(row("contact.consent", subject="con_1")) == "/contacts/con_1"
    assert place_of(row("contact.erased", subject="con_1")) is None


def test_a_hand_over_tells_to_whom() -> None:
    names = NAMES | {"usr_2": "Luc", "tea_1": "Atelier"}

    def handed(**data: str | None) -> str:
        return told(row("conversation.assigned", **data), names, EN)

    assert handed(person_id="usr_2", team_id=None) == "Éva handed a conversation to Luc"
    assert handed(person_id=None, team_id="tea_1") == "Éva handed a conversation to Atelier"
    assert handed(person_id="usr_1") == "Éva took a conversation over"
    assert handed(person_id=None) == "Éva gave a conversation back to nobody"
    assert handed(person_id=f"usr_{0:026}") == "Éva handed a conversation over"


def test_details_are_words_without_what_is_nothing_or_has_no_name() -> None:
    def said(action: str, language: Tongue = EN, **data: object) -> str:
        return details(row(action, **data), NAMES, language)

    assert (
        said("user.updated", role="agent", inboxes=None) == "role: answers customers · inboxes: all"
    )
    assert said("token.created", name="till", scopes=["events", "inbox"]) == (
        "name: till · scopes: events, inbox"
    )
    assert said("link.created", person_id="usr_2") == "person: usr_2"
    assert said("link.created", FR, person_id="usr_2", purpose="invite") == (
        "personne\xa0: usr_2 · but\xa0: un premier mot de passe"
    )
    began = {"id": f"ses_{0:026}", "by": "usr_1", "person_id": "usr_1", "address": "10.0.0.7"}
    assert said("session.started", **began) == "address: 10.0.0.7"
    assert said("contacts.imported", rows=3, other=0) == "rows: 3 · other: 0"
    handed = {"person_id": "usr_1", "reason": "shift_over", "contact_id": f"con_{0:026}"}
    assert said("conversation.assigned", **handed, state="open") == "reason: shift over"
    assert said("user.updated", absence=f"abs_{0:026}") == "an absence"
    assert said("user.updated", FR, changed="password") == "changé\xa0: mot de passe"
    assert said("contact.updated", blocked=False) == "blocked: no"
    assert said("inbox.updated", FR, fields=["hours", "team_id"]) == (
        "changé\xa0: heures d’ouverture, équipe"
    )
    assert said("settings.updated", daily_digest_at=None) == "daily digest at: off"
    # Whoever erased somebody wrote why in their own words.
    assert said("contact.erased", reason="At the counter: 100 %") == "reason: At the counter: 100 %"
