"""Uploads left open in the web app, for the owner at the machine."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.session import owner

draft_app = typer.Typer(no_args_is_help=True, help="List, open, discard uploads left open.")
Id = Annotated[str, typer.Argument(metavar="DRAFT")]


@draft_app.command("list")
def list_command() -> None:
    """List the uploads left open, whoever began them."""
    from actions.data.drafts import drafts_report

    access, output = owner()
    found = drafts_report(access)
    if output.result(found):
        return
    if not found["drafts"]:
        output.line(output.say("command.no-drafts"))
        return
    headers = [output.say(f"command.draft-{one}") for one in ("id", "kind", "round", "file", "at")]
    names = ("id", "kind", "round", "file", "changed_at")
    output.table(headers, [[one[name] for name in names] for one in found["drafts"]])


@draft_app.command("open")
def open_command(draft: Id) -> None:
    """Make a new address for an upload; its earlier one opens it no more."""
    from actions.data.drafts import reopen_draft

    access, output = owner()
    address = f"/upload?draft={reopen_draft(access, draft)}"
    if not output.result({"draft": draft, "address": address}):
        output.line(output.say("command.draft-address", address=address))


@draft_app.command("discard")
def discard_command(draft: Id) -> None:
    """Forget an upload; its file stays stored."""
    from actions.data.drafts import discard_named_draft

    access, output = owner()
    discard_named_draft(access, draft)
    if not output.result({"draft": draft, "discarded": True}):
        output.line(output.say("command.draft-discarded", draft=draft))
