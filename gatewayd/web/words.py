"""The sentences that the script says by itself; all others are in the pages that it is given."""

from gatewayd.web.languages import N_, Tongue

_WORDS = {
    "reconnecting": N_("Connection lost. Trying again…"),
    "reconnected": N_("Connected again"),
    "not_sent_yet": N_("That did not reach the gateway. Your text is kept; try again."),
    "not_taken": N_("What you did on the page before was not taken. What you wrote there is kept."),
    "go_back": N_("Go back to it"),
    "look_again": N_("You have logged in again since. Nothing was sent: look, and try again."),
    "saved_replies": N_("Saved replies"),
    "colleagues": N_("Colleagues"),
    "contacts": N_("Contacts"),
    "new_message": N_("New message"),
    "looking": N_("%(name)s is looking at this too"),
    "writing": N_("%(name)s is writing…"),
}


def words(tongue: Tongue) -> dict[str, str]:
    """Give all, in a language."""
    return {name: tongue.say(message) for name, message in _WORDS.items()}
