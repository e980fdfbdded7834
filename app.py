"""The server: security headers, readiness, start-up checks. Pages begin in ``pages/shell.py``."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import App, config

from actions.access import Access, open_access, still_there
from actions.errors import Refused, WorkspaceUnusable
from actions.jobs import interrupt_jobs
from actions.server_address import check_address
from pages.browser import COOKIE

Scope = MutableMapping[str, Any]
CLOSED = ("/_stcore/metrics", "/_stcore/agent")
_opened: list[Access] = []
"""The workspace as it was when the server started."""


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
            " ".join(("script-src 'self' 'wasm-unsafe-eval' blob:", *hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
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


class BrowserCookie:
    """Gives each browser a name of its own that no page and no script sees.

    Until there are logins it tells whose open uploads to list; what it is worth is in
    ``actions/data/drafts.py``.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        async def named(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                # Once, with the page itself: what it loads after that brings the name along.
                if (b"text/html" in dict(headers).get(b"content-type", b"")) and (
                    COOKIE not in Request(scope).cookies
                ):
                    headers.append((b"set-cookie", _new_cookie().encode()))
                    message["headers"] = headers
            await send(message)

        await self.app(scope, receive, named if scope["type"] == "http" else send)


def _new_cookie() -> str:
    value = secrets.token_urlsafe(32)
    # 400 days is the longest that browsers keep one.
    return f"{COOKIE}={value}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Strict"


async def readyz(_: Request) -> JSONResponse:
    """Whether pages can be served: the workspace that was opened at the start is there and opens."""
    try:
        for access in _opened:
            still_there(access)
        open_access(None, create=False).workspace.close()
    except Refused as refusal:
        return JSONResponse({"ready": False, "code": refusal.first.code}, status_code=503)
    return JSONResponse({"ready": True})


def _refuse_to_start(refusal: Refused) -> None:
    """Say why and end; an exception here would be logged as a fault of the program, with its trace."""
    for found in refusal.findings:
        for language in ("zh", "en"):
            text = f"{found.code} {found.message[language]} {found.fix[language]}"
            print(text, file=sys.stderr, flush=True)
    os._exit(4 if isinstance(refusal, WorkspaceUnusable) else 3)


@asynccontextmanager
async def lifespan(_: App) -> AsyncIterator[dict[str, Any]]:
    """Before the first visitor: address, workspace, jobs of a dead server; the imports are begun."""
    try:
        # Whoever starts the server by hand has not passed `fourfold app`.
        check_address(config.get_option("server.address"))
        access = open_access(None)
        _opened.append(access)
        access.workspace.check()
        interrupt_jobs(access)
    except Refused as refusal:
        _refuse_to_start(refusal)
    from pages import warm_up

    warm_up.load()
    yield {}
    while _opened:
        _opened.pop().workspace.close()


app = App(
    "pages/shell.py",
    lifespan=lifespan,
    routes=[Route("/readyz", readyz)],
    middleware=[Middleware(SecurityHeaders), Middleware(BrowserCookie)],
)
