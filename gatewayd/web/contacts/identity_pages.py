"""Who is one person: two contacts made one after a look at what results, and one made two."""

import re
from http import HTTPStatus

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import CONTACTS, IDENTITIES
from gatewayd.services.identities import MergePreview, NotAPerson
from gatewayd.web.contacts.contact_pages import ONE, place_of
from gatewayd.web.contacts.fields import LONGEST_NAME
from gatewayd.web.contacts.list_pages import CONTACTS_PAGE, Found, found_contacts
from gatewayd.web.contacts.reading import is_person, named_contact
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from storage import sight
from storage.contacts import ContactRow
from storage.merging import MergeOutcome, SplitOutcome

_MERGED = N_("They are one contact now.")
_SPLIT = N_("They are two contacts now. This is the new one.")
_WHY_NOT: dict[MergeOutcome, str] = {
    MergeOutcome.NOT_FOUND: N_("This contact is not there any more."),
    MergeOutcome.OTHER_NOT_FOUND: N_("That contact is not there any more. Choose another one."),
    MergeOutcome.SAME: N_("That is this contact itself. Choose another one."),
    MergeOutcome.BLOCKED_DIFFERS: N_(
        "One of them is blocked and the other is not. Block or unblock one of them first."
    ),
}
_NOT_A_PERSON = N_("This stands for everybody whose number could not be read.")
_CHANGED = N_("Somebody changed it just now. Look again.")
_CHOOSE = N_("Choose some of the numbers, and leave some.")
_FEW = 20
_PLACES = re.compile(r"[0-9]{1,3}")


async def _ask(visit: Visit) -> web.StreamResponse:
    """Let them choose the other one; then show what results."""
    contact = await named_contact(visit)
    other_id = visit.request.query.get("other", "")
    if other_id:
        await _check_seen(visit, other_id)
        outcome = await visit.request.app[IDENTITIES].preview(contact.id, other_id)
        if isinstance(outcome, MergePreview):
            return page(visit, "contacts/merge.html", contact=contact, preview=outcome)
        return await _choose(visit, contact, error=_why_not(visit, outcome))
    return await _choose(visit, contact)


async def _choose(visit: Visit, contact: ContactRow, *, error: str = "") -> web.Response:
    found: Found | None = None
    if visit.request.query.get("q", "").strip():
        found = await found_contacts(visit, limit=_FEW)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return page(
        visit, "contacts/choose.html", status=status, contact=contact, found=found, error=error
    )


def _why_not(visit: Visit, outcome: MergeOutcome | NotAPerson) -> str:
    words = _NOT_A_PERSON if isinstance(outcome, NotAPerson) else _WHY_NOT.get(outcome, _CHANGED)
    return visit.tongue.say(words)


async def _check_seen(visit: Visit, contact_id: str) -> None:
    """Raise Problem where a contact lies in inboxes only that the reader does not see."""
    if visit.author.inboxes is None:
        return
    async with visit.context.store.read() as tx:
        unseen = await sight.unseen_of(tx, [contact_id], visit.author.inboxes)
    if unseen:
        raise not_found(f"contact {contact_id!a}")


async def _merge(visit: Visit) -> web.StreamResponse:
    """Make two one; it can be taken back, which makes of the other's numbers a contact again."""
    contact, other_id = await named_contact(visit), visit.field("other")
    await _check_seen(visit, other_id)
    other = await visit.request.app[CONTACTS].get(other_id)
    outcome = await visit.request.app[IDENTITIES].merge(contact.id, other_id, by=visit.author)
    if outcome is not MergeOutcome.DONE or other is None:
        flash = Flash(message=_flash_words(outcome), tone=Tone.ERROR)
        return go_to(f"{place_of(visit)}/merge", flash=flash)
    merged = await named_contact(visit)
    places = [str(at) for at, number in enumerate(merged.numbers) if number in other.numbers]
    flash = Flash(
        message=_MERGED,
        undo=f"{place_of(visit)}/split",
        undo_fields={
            "places": ",".join(places),
            "version": str(merged.version),
            "name": other.name or "",
        },
    )
    return go_to(place_of(visit), flash=flash)


def _flash_words(outcome: MergeOutcome | NotAPerson) -> str:
    return _NOT_A_PERSON if isinstance(outcome, NotAPerson) else _WHY_NOT.get(outcome, _CHANGED)


async def _ask_split(visit: Visit) -> web.StreamResponse:
    """Ask which of the numbers are somebody else's."""
    contact = await named_contact(visit)
    if not is_person(contact):
        raise not_found(f"contact {contact.id!a}")
    return page(visit, "contacts/split.html", contact=contact, error="")


async def _split(visit: Visit) -> web.StreamResponse:
    """Make some of its numbers another contact.

    Numbers go by their places: who sees only the ends of numbers has not the whole ones.
    """
    contact = await named_contact(visit)
    if visit.field("version") != str(contact.version):
        flash = Flash(message=_CHANGED, tone=Tone.ERROR)
        return go_to(f"{place_of(visit)}/split", flash=flash)
    written = [*visit.field("places").split(","), *map(str, visit.form.getall("place", []))]
    places = {int(each) for each in written if _PLACES.fullmatch(each)}
    numbers = [number for at, number in enumerate(contact.numbers) if at in places]
    outcome = await visit.request.app[IDENTITIES].split(contact.id, numbers, by=visit.author)
    match outcome:
        case SplitOutcome.NOT_FOUND:
            raise not_found(f"contact {contact.id!a}")
        case SplitOutcome.NOTHING_LEFT | SplitOutcome.NOT_ITS_NUMBERS:
            return page(
                visit,
                "contacts/split.html",
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                contact=contact,
                error=visit.tongue.say(_CHOOSE),
            )
        case str():
            await _name(visit, outcome)
            return go_to(f"{CONTACTS_PAGE}/{outcome}", flash=Flash(message=_SPLIT))


async def _name(visit: Visit, contact_id: str) -> None:
    name = " ".join(visit.field("name").split())[:LONGEST_NAME]
    if name and name.isprintable():
        await visit.request.app[CONTACTS].change(
            contact_id, {"name": name}, tags=None, version=None, by=visit.author
        )


ROUTES = (
    PageRoute(method="GET", path=f"{ONE}/merge", handler=_ask),
    PageRoute(method="POST", path=f"{ONE}/merge", handler=_merge),
    PageRoute(method="GET", path=f"{ONE}/split", handler=_ask_split),
    PageRoute(method="POST", path=f"{ONE}/split", handler=_split),
)
