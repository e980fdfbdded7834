"""The server: security headers, readiness, start-up checks. Pages begin in ``pages/shell.py``."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import App

from actions.access import open_access
from actions.errors import Refused
from actions.jobs import interrupt_jobs

Scope = MutableMapping[str, Any]
CLOSED = ("/_stcore/metrics", "/_stcore/agent")


def _content_policy() -> str:
    """Everything from this server; of inline scripts only those of the index page and our own."""
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    scripts = re.findall(
        r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", index.read_text("utf-8"), re.S
    )
    scripts.append((Path(__file__).parent / "pages" / "page.js").read_text("utf-8"))
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    ]
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' blob:", *hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' ws: wss:",
            "worker-src 'self' blob:",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    )


class SecurityHeaders:
    """Adds the headers to every answer, and closes what nobody here needs."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", _content_policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        ]

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        if scope["type"] == "http" and scope["path"].startswith(CLOSED):
            await Response(status_code=404)(scope, receive, with_headers)
        else:
            await self.app(scope, receive, with_headers)


async def readyz(_: Request) -> JSONResponse:
    """Whether pages can be served: the workspace opens."""
    try:
        open_access(None).workspace.close()
    except Refused as refusal:
        return JSONResponse({"ready": False, "code": refusal.first.code}, status_code=503)
    return JSONResponse({"ready": True})


@asynccontextmanager
async def lifespan(_: App) -> AsyncIterator[dict[str, Any]]:
    """Before the first visitor: jobs that a dead server left, and the slow imports, begun."""
    access = open_access(None)
    interrupt_jobs(access)
    access.workspace.close()
    from pages import warm_up

    warm_up.load()
    yield {}


app = App(
    "pages/shell.py",
    lifespan=lifespan,
    routes=[Route("/readyz", readyz)],
    middleware=[Middleware(SecurityHeaders)],
)
