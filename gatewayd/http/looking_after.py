"""Who may restart or mute a modem: whoever sees the inbox that it serves."""

from config.schema import Settings
from gatewayd.http.editing import refused
from gatewayd.services.ranks import REACHES_FURTHER
from gatewayd.services.tokens import Principal


def looks_after(settings: Settings, modem: str, author: Principal) -> bool:
    """Whether what is done to this modem concerns no inbox but those that they see."""
    return all(each.name != modem or author.may_see(each.inbox) for each in settings.modems)


def check_looks_after(settings: Settings, modem: str, author: Principal) -> None:
    """Raise Problem 403 where it concerns another."""
    if not looks_after(settings, modem, author):
        raise refused(REACHES_FURTHER)
