"""Entry point of `fourfold`: global options, exit statuses, one JSON document on request."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer

from actions.errors import Refused, WorkspaceUnusable
from cli.output import Output, current

# The base of everything that typer says of a wrong command line.
_CommandLineError: Any = typer.BadParameter.__mro__[2]
DONE, FAULT, USAGE, REFUSED, UNUSABLE = 0, 1, 2, 3, 4


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit status."""
    sys.exit(run(sys.argv[1:] if argv is None else list(argv)))


def run(argv: list[str]) -> int:
    """Run one command line.

    Returns 0 done, 1 a fault of ours, 2 the command line is wrong, 3 the input is refused, 4 the
    workspace cannot be used.
    """
    arguments, output, wrong = _global_options(argv)
    current.set(output)
    try:
        if wrong is not None:
            raise typer.BadParameter("", param_hint=wrong)
        if arguments == ["--version"]:
            return _version(output)
        from cli.commands.app import app

        status = app(arguments, prog_name="fourfold", standalone_mode=False)
        return status if isinstance(status, int) else DONE
    except typer.Exit as leave:
        return leave.exit_code
    except typer.Abort:
        return FAULT
    except _CommandLineError as error:
        said = io.StringIO()
        error.show(said)
        output.remark(said.getvalue().rstrip("\n"))
        output.failure("E925", error.format_message())
        return USAGE
    except WorkspaceUnusable as refusal:
        output.refusal(refusal)
        return UNUSABLE
    except Refused as refusal:
        output.refusal(refusal)
        return REFUSED
    except BrokenPipeError:
        return DONE
    except Exception as fault:
        output.remark(traceback.format_exc().rstrip("\n"))
        output.failure("E900", type(fault).__name__)
        return FAULT


def _version(output: Output) -> int:
    """The version alone; no workspace is opened for it."""
    from actions.program import VERSION

    if not output.result({"version": VERSION}):
        output.line(VERSION)
    return DONE


def _global_options(argv: list[str]) -> tuple[list[str], Output, str | None]:
    """Take --json, --workspace and --language from wherever they stand, and say what is wrong."""
    rest: list[str] = []
    found: dict[str, str] = {}
    as_json = False
    arguments = list(reversed(argv))
    while arguments:
        argument = arguments.pop()
        name, sign, value = argument.partition("=")
        if argument == "--json":
            as_json = True
        elif name in ("--workspace", "--language"):
            takes = not sign and bool(arguments) and not arguments[-1].startswith("--")
            found[name] = arguments.pop() if takes else value
        else:
            rest.append(argument)
    language = found.get("--language", "zh")
    wrong = None
    if language not in ("zh", "en"):
        language, wrong = "zh", "--language zh|en"
    elif found.get("--workspace") == "":
        # An empty variable in a script must not end in the default workspace.
        wrong = "--workspace W"
    return rest, Output(as_json, language, found.get("--workspace")), wrong


if __name__ == "__main__":
    main()
