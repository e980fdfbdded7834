"""Everything that a page sends to a browser: messages, and the files behind its downloads."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import streamlit as st
from google.protobuf.json_format import MessageToDict
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from tests.attacks.doors import content_of

SHELL = Path(__file__).resolve().parents[2] / "pages" / "shell.py"
Sent = dict[str, Any]


def pages() -> set[str]:
    """Every page of the navigation, as its file stands there."""
    calls = [
        node for node in ast.walk(ast.parse(SHELL.read_text("utf-8"))) if isinstance(node, ast.Call)
    ]
    first = [
        c.args[0] for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "Page"
    ]
    return {
        one.value for one in first if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def sent(page: str, query: dict[str, str], then: Callable[[AppTest], object] | None = None) -> Sent:
    """Open a page of the workspace in use at an address; all that the server sends meanwhile.

    Ids of elements are hashes of what they show; files stand by their content.
    """
    messages: list[bytes] = []
    files: dict[str, Any] = {}
    with _recorded(messages, files):
        app = AppTest.from_file(str(SHELL), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        if page != "see/overview.py":
            app.switch_page(page)
        app.run()
        if then is not None:
            then(app)
    assert not app.exception, (page, query, app.exception)
    return {"messages": messages, "files": files, "address": dict(app.query_params)}


def forget() -> None:
    """Drop what pages keep between visits, the workspace among it."""
    st.cache_data.clear()
    st.cache_resource.clear()


def plain(one: Sent) -> dict[str, Any]:
    """What was sent, with its messages as values to look into."""
    read = [MessageToDict(ForwardMsg.FromString(message)) for message in one["messages"]]
    return one | {"messages": read}


@contextmanager
def _recorded(messages: list[bytes], files: dict[str, Any]) -> Iterator[None]:
    enqueue, button = ForwardMsgQueue.enqueue, st.download_button

    def recorded(queue: ForwardMsgQueue, message: Any) -> None:
        # A run's own random name says nothing about the data.
        if message.WhichOneof("type") == "new_session":
            message.new_session.script_run_id = ""
        # Whether a spinner shows depends on how long the machine takes.
        if message.delta.WhichOneof("type") != "new_transient":
            messages.append(message.SerializeToString(deterministic=True))
        enqueue(queue, message)

    def offered(label: str, data: Any, file_name: str | None = None, *args: Any, **kwargs: Any):
        content = data() if callable(data) else data
        plain = content_of(content.encode() if isinstance(content, str) else content)
        files[f"{label} {file_name}"] = plain
        # The page gets the file's digest in its place: the zip of a document holds the time of day.
        digest = hashlib.sha256(repr(plain).encode()).hexdigest()
        return button(label, digest, file_name, *args, **kwargs)

    with (
        mock.patch.object(ForwardMsgQueue, "enqueue", recorded),
        mock.patch.object(st, "download_button", offered),
    ):
        yield
