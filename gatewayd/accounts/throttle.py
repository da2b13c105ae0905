"""How often one may guess a password: counted by account and by address, never a lock for ever.

An address from which somebody has got into an account is counted apart for that account, so that
a stranger who keeps guessing elsewhere does not keep its owner out. A restart forgets it all.
"""

from collections import OrderedDict

from gatewayd.rates import RateLimiter

_TRUSTED = 10_000


class Throttle:
    """Takes one guess from each bucket that it belongs to, and gives it back for the right one."""

    def __init__(self) -> None:
        # Ten guesses at once, then one every half minute: under 3,000 a day for one account.
        self._by_account = RateLimiter(per_second=1 / 30, burst=10)
        # A shop behind one address may begin its day together.
        self._by_address = RateLimiter(per_second=1 / 10, burst=40)
        self._trusted: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take(self, account: str, address: str, *, now_seconds: float) -> int:
        """Take a guess; 0 when allowed, else the whole seconds to wait."""
        wait_seconds = self._by_address.take(address, now_seconds=now_seconds)
        key = self._account_key(account, address)
        return wait_seconds or self._by_account.take(key, now_seconds=now_seconds)

    def right(self, account: str, address: str) -> None:
        """Note that this guess was right."""
        self._by_address.give_back(address)
        self._by_account.give_back(self._account_key(account, address))
        self._trusted.pop((account, address), None)
        self._trusted[account, address] = None
        if len(self._trusted) > _TRUSTED:
            self._trusted.popitem(last=False)

    def _account_key(self, account: str, address: str) -> str:
        known = (account, address) in self._trusted
        return f"{account}\0{address}" if known else account
