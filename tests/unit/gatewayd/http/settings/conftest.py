"""A manager at a desk, who reads the settings' pages and sends their forms."""

from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest

HTML = {"Accept": "text/html", "Accept-Language": "en"}


@dataclass(kw_only=True)
class Desk:
    """A manager's browser, which reads pages and sends their forms."""

    browser: Any

    async def see_raw(self, path: str) -> str:
        async with self.browser.client.get(path, headers=HTML) as answer:
            raw: str = await answer.text()
            return raw

    async def ask(self, path: str) -> Any:
        """Ask the API, as a program would."""
        return await self.browser.ask("GET", path)

    async def see(self, path: str, *, status: int = 200) -> str:
        async with self.browser.client.get(path, headers=HTML, allow_redirects=False) as answer:
            text = unescape(await answer.text())
            assert answer.status == status, text
            return text

    async def send(self, path: str, *, status: int = 303, part: str = "", **fields: Any) -> str:
        """Post a form; gives where it leads, or the page (or ``part`` of it) that is shown."""
        data = [("csrf_token", self.browser.session["csrf_token"])]
        for name, value in fields.items():
            data += [(name, each) for each in (value if isinstance(value, list) else [value])]
        headers = HTML | ({"X-Gatewayd-Part": part} if part else {})
        async with self.browser.client.post(
            path, data=data, headers=headers, allow_redirects=False
        ) as answer:
            text = unescape(await answer.text())
            assert answer.status == status, text
            return answer.headers["Location"] if status == 303 else text


@pytest.fixture
async def desk(staffroom: Any) -> Desk:
    await staffroom.inboxes("main")
    return Desk(browser=await staffroom.enter("marie", role="manager"))
