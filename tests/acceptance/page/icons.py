"""`make icons`: the page's icon.svg as the PNG pictures that phones and PCs install it with.

Not a test: pytest runs it because the browser is its fixture. The pictures are committed, beside
the drawing that they are made of; run it when that changes.
"""

from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[3] / "gatewayd/web/static"
ROUNDED, FULL = 'rx="15"', 'rx="0"'
PICTURES = {
    "icon-192.png": (192, ROUNDED),
    "icon-512.png": (512, ROUNDED),
    # To its edges: the phone cuts its own shape, and what is drawn lies within the circle it keeps.
    "icon-maskable-512.png": (512, FULL),
    "icon-apple-180.png": (180, FULL),
}


async def test_icons(browser: Any) -> None:
    drawing = (STATIC / "icon.svg").read_text()
    assert ROUNDED in drawing
    for name, (size, corners) in PICTURES.items():
        page = await browser.new_page(viewport={"width": size, "height": size})
        await page.set_content(
            f"<style>body {{ margin: 0 }} svg {{ display: block; width: {size}px }}</style>"
            + drawing.replace(ROUNDED, corners)
        )
        await page.screenshot(path=STATIC / name, omit_background=True)
        await page.close()
