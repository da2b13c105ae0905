"""What pages without scripts share: their style, which they carry within themselves, and policy."""

import base64
import hashlib
from importlib.resources import files


def stylesheet() -> str:
    """Read the page's style, which it carries within itself."""
    return files("gatewayd.http").joinpath("static/plain.css").read_text(encoding="utf-8")


def content_security_policy(style: str) -> str:
    """Allow this style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
