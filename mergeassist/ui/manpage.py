"""The manual page mergeassist(1), in roff (man macros), from the parsers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mergeassist.ui.commands import Command

_ENVIRONMENT = {
    "MERGEASSIST": "0 leaves every file as git would: the kill switch.",
    "MERGEASSIST_TIMEOUT": "Seconds that the driver may take for a file.",
    "MERGEASSIST_MIN_PROBABILITY": "Accept proposals from this probability on.",
    "MERGEASSIST_POLICY": "structural lets syntax trees decide instead of the judge.",
    "MERGEASSIST_WORKER": "0 leaves no process behind that answers the next files of a merge.",
    "MERGEASSIST_RECORDS": "0 keeps no records of what was accepted; a folder keeps them there.",
    "MERGEASSIST_DEBUG": "1 shows where an internal error came from.",
    "NO_COLOR": "Any value: no colour.",
}  # fmt: skip
_EXIT = {"0": "Resolved, or nothing found.", "1": "Conflicts remain, or something was found.",
         "2": "Wrong usage or input.", "3": "Internal error, or git failed.",
         "130": "Interrupted."}


def manpage(commands: Sequence[Command], version: str) -> str:
    """The whole page."""
    return "\n".join(_page(commands, version)) + "\n"


def _page(commands: Sequence[Command], version: str) -> Iterator[str]:
    yield f'.TH MERGEASSIST 1 "" "mergeassist {version}" "User Commands"'
    yield ".SH NAME"
    yield "mergeassist \\- a merge assistant for git that says how sure it is"
    yield ".SH SYNOPSIS"
    yield ".B mergeassist"
    yield "[\\fB\\-\\-color\\fR \\fIWHEN\\fR] \\fICOMMAND\\fR [\\fIARGUMENT\\fR ...]"
    yield ".SH DESCRIPTION"
    yield from _text("When git merge, rebase, cherry-pick, revert or stash pop meets a conflict, "
                     "git starts mergeassist: it proposes resolutions, says how sure it is, "
                     "settles what it is sure of, and leaves everything else exactly as git would.")
    yield ".SH COMMANDS"
    for command in commands:
        yield from _command(command, f"mergeassist {command.name}")
    yield ".SH EXIT STATUS"
    yield from _table(_EXIT)
    yield ".SH ENVIRONMENT"
    yield from _table(_ENVIRONMENT)
    yield ".SH SEE ALSO"
    yield ".BR git-merge (1),\n.BR gitattributes (5),\n.BR git-mergetool (1)"


def _command(command: Command, name: str) -> Iterator[str]:
    yield f".SS {_escaped(name)}"
    synopsis = [f"\\fB{_escaped(name)}\\fR"]
    if command.options:
        synopsis.append("[\\fIOPTION\\fR ...]")
    for one in command.positionals:
        word = f"\\fI{_escaped(one.value)}\\fR" + (" ..." if one.many else "")
        synopsis.append(f"[{word}]" if one.optional else word)
    yield " ".join(synopsis)
    yield ".PP"
    yield from _text(command.description or command.help)
    for one in command.positionals:
        yield ".TP"
        yield f"\\fI{_escaped(one.value)}\\fR"
        yield from _text(one.help)
    for option in command.options:
        value = f" \\fI{_escaped(option.value)}\\fR" if option.value else ""
        names = ", ".join(f"\\fB{_escaped(each)}\\fR" for each in option.names)
        yield ".TP"
        yield names + value
        yield from _text(option.help)
    for inner in command.commands:
        yield from _command(inner, f"{name} {inner.name}")


def _table(rows: dict[str, str]) -> Iterator[str]:
    for name, text in rows.items():
        yield ".TP"
        yield f".B {_escaped(name)}"
        yield from _text(text)


def _text(text: str) -> Iterator[str]:
    """Paragraphs; indented lines stand as they are."""
    literal = False
    for line in text.split("\n"):
        indented = line.startswith("    ")
        if indented != literal:
            literal = indented
            yield ".EX" if literal else ".EE"
        if line.strip():
            yield _escaped(line)
        elif not literal:
            yield ".PP"
    if literal:
        yield ".EE"


def _escaped(text: str) -> str:
    """Text in which roff finds nothing to do."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    plain = plain.replace("’", "'").replace("`", "\\(ga").replace("'", "\\(aq")
    return "\\&" + plain if plain.startswith(".") else plain
