"""What staff note of a customer's consent: what they said elsewhere, where and when."""

from dataclasses import dataclass, field

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import CONSENTS
from gatewayd.services.consents import Said
from gatewayd.services.drafts import Policy, Refusal
from gatewayd.web.contacts.contact_pages import ONE, contact_page, place_of
from gatewayd.web.contacts.fields import ContactForm
from gatewayd.web.contacts.reading import named_contact
from gatewayd.web.flashes import Flash, is_ours
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from storage.consents import ConsentKind

_KINDS = {"opted_out": ConsentKind.OPTED_OUT, "opted_in": ConsentKind.OPTED_IN}
_NOTED = {
    ConsentKind.OPTED_OUT: N_("Noted: they want no more messages. What still waited is canceled."),
    ConsentKind.OPTED_IN: N_("Noted: they want messages again."),
}
_LONGEST = 500
_NO_REASON = N_("Write where and when they said so, in at most %(most)s characters.")
_NOT_SURE = N_("Only the customer decides this. Tick the box if they said so themselves.")
_WHAT = N_("Choose what they want.")
_NO_INBOX = N_("No modem serves this inbox any more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidForm:
    """What was noted, as it was written, and what is wrong with which field."""

    visit: Visit
    errors: dict[str, str] = field(default_factory=dict)

    def read(self) -> Said | None:
        """Read it; None where something is missing."""
        say = self.visit.tongue.say
        what = _KINDS.get(self.visit.field("what"))
        reason = self.visit.field("reason").strip()
        if what is None:
            self.errors["what"] = say(_WHAT)
        if not reason or len(reason) > _LONGEST:
            self.errors["reason"] = say(_NO_REASON, most=_LONGEST)
        if not self.visit.field("sure"):
            self.errors["sure"] = say(_NOT_SURE)
        inbox = self.visit.field("inbox") or self._only_inbox()
        if what is None or self.errors:
            return None
        if inbox is not None and not self.visit.author.may_see(inbox):
            raise not_found(f"inbox {inbox!a}")
        return Said(what=what, reason=reason, inbox=inbox, expires_at_ms=None)

    def _only_inbox(self) -> str | None:
        """Give the first served inbox that the reader sees: the usual one may not be theirs."""
        if self.visit.author.inboxes is None:
            return None
        served = Policy.of(self.visit.context.settings).inboxes
        return next((each for each in served if self.visit.author.may_see(each)), None)


async def _note(visit: Visit) -> web.StreamResponse:
    """Write it into the ledger, and let it hold."""
    contact, form = await named_contact(visit), SaidForm(visit=visit)
    said = form.read()
    if said is not None:
        outcome = await visit.request.app[CONSENTS].set_by_hand(contact.id, said, by=visit.author)
        if not isinstance(outcome, Refusal):
            back = visit.field("back")
            place = back if is_ours(back) else place_of(visit)
            return go_to(place, flash=Flash(message=_NOTED[said.what]))
        form.errors["inbox"] = visit.tongue.say(_NO_INBOX)
    return await contact_page(visit, contact, ContactForm(visit=visit), said=form)


ROUTES = (PageRoute(method="POST", path=f"{ONE}/consent", handler=_note),)
