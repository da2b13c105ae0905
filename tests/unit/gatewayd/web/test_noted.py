"""Notes as they are shown, and what one writes to call whom."""

from gatewayd.web.colleagues import colleagues
from gatewayd.web.noted import as_noted
from storage.conversations.mentions import MentionRow
from storage.people import PersonRow, PersonState
from storage.teams import TeamRow


def row(name: str, called: str, **more: object) -> PersonRow:
    fields = {"state": PersonState.ACTIVE, "team_ids": (), "absences": (), "version": 1, **more}
    return PersonRow(id=f"usr_{name}", name=name, display_name=called, **fields)  # type: ignore[arg-type]  # of a test's own making


def team(name: str, called: str, *member_ids: str) -> TeamRow:
    return TeamRow(
        id=f"tea_{name}",
        name=name,
        display_name=called,
        member_ids=member_ids,
        on_call_ids=(),
        version=1,
    )


def test_a_mention_stands_out_and_ones_own_more_so() -> None:
    text = "<b> @Marie, @Éloi https://example.org"
    named = [
        MentionRow(person_id="usr_m", start=4, stop=10, name='M "T"'),
        MentionRow(person_id="usr_e", start=12, stop=17, name="Éloi"),
    ]
    html = as_noted(text, named, reader="usr_e", warning="!")
    assert html.startswith('&lt;b&gt; <mark class="mention" title="M &#34;T&#34;">@Marie</mark>, ')
    assert '<mark class="mention mine" title="Éloi">@Éloi</mark> <a href="https://' in html
    assert as_noted("plain", [], reader=None, warning="!") == "plain"


def test_a_team_stands_out_once_and_is_one_s_own_too() -> None:
    named = [
        MentionRow(person_id=f"usr_{each}", start=0, stop=5, name=each.title())
        for each in ("eloi", "marie")
    ]
    html = as_noted("@Shop?", named, reader="usr_marie", warning="!")
    assert html == '<mark class="mention mine" title="Eloi, Marie">@Shop</mark>?'


def test_each_is_offered_by_a_name_that_is_theirs_alone() -> None:
    people = [
        row("a", "Marie Roy"),
        row("b", "MARIE ROY"),
        row("c", "Éloi"),
        row("d", "Gone", state=PersonState.SUSPENDED),
        row("e", "Elsewhere", inboxes=("other",)),
        row("f", "Myself"),
    ]
    teams = [
        team("g", "Garage & Co", "usr_a", "usr_c"),
        team("h", "Hidden", "usr_d", "usr_e", "usr_f"),
    ]
    offered = colleagues(people, teams, "main", but="usr_f")
    assert [(each.name, each.written, each.is_team) for each in offered] == [
        ("Marie Roy", "a", False),
        ("MARIE ROY", "b", False),
        ("Éloi", "Éloi", False),
        ("Garage & Co", "g", True),  # what has such a sign in it cannot be written after an @
    ]
