"""Whom a part of the rulebook concerns: certain inboxes only, or others as well.

Owns that comparison; who may change what is no business of its own.
"""

from collections.abc import Collection
from dataclasses import replace

from routing.model import Rule, Target, TargetKind
from routing.rulebook import Rulebook


def is_within(rule: Rule, inboxes: Collection[str]) -> bool:
    """Whether a rule can fire in these inboxes only; one that names none fires in each."""
    return bool(rule.when.inbox) and all(name in inboxes for name in rule.when.inbox)


def elsewhere(book: Rulebook, inboxes: Collection[str]) -> Rulebook:
    """Give what of a book concerns any other inbox than these.

    Two books of which this is the same differ within these inboxes only. Where their own rules
    stand among the others does not matter to other inboxes; a template matters to who uses it.
    """
    rules = tuple(rule for rule in book.rules if not is_within(rule, inboxes))
    used = {rule.do.answer for rule in rules}
    return replace(
        book,
        inboxes={name: each for name, each in book.inboxes.items() if name not in inboxes},
        templates={name: each for name, each in book.templates.items() if name in used},
        rules=rules,
    )


def names_team(book: Rulebook, team: str, *, but: Collection[str]) -> bool:
    """Whether a rule that can fire in any other inbox than these gives something to a team."""
    target = Target(kind=TargetKind.TEAM, name=team)
    return any(target in (rule.do.assign, *rule.do.forward) for rule in elsewhere(book, but).rules)
