"""The report of `mergeassist ci` in the forms that people, scripts and forges read.

Paths and texts come from a stranger's repository: each form escapes what would otherwise be a
workflow command, Markdown or HTML.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from mergeassist import __version__
from mergeassist.app.ci import Item, Report
from mergeassist.core import markers
from mergeassist.core.chunks import MergedFile

SCHEMA = "mergeassist.ci/1"

_COMMAND = re.compile(r"(?m)^(\s*):(?=:)")

_SURE = 0.95
_SHOWN = 20  # hunks whose texts the summary shows: a forge takes 1 MiB
_LONGEST = 4000  # characters of each
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = {
    "merge-conflict": "The merge of the target branch leaves a conflict here.",
    "resolved-hunk": "mergeassist has resolved a conflict here; look at what it put.",
}


def text(report: Report) -> str:
    """Lines for people; none begins with a path, which might be a workflow command."""
    lines = [f"mergeassist: {_headline(report)}"]
    for item in report.items:
        place = _plain(item.path) + (f":{item.line}" if item.line else "")
        lines.append(f"  {_what(item)}: {place}")
    if report.pushed:
        lines.append(f"  pushed as {report.pushed}")
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """One object with a versioned schema."""
    return json.dumps({
        "schema": SCHEMA,
        "version": __version__,
        "head": report.head,
        "target": report.target,
        "tree": report.tree,
        "verdict": report.verdict,
        "pushed": report.pushed,
        "items": [_record(item) for item in report.items],
    }) + "\n"  # fmt: skip


def sarif(report: Report) -> str:
    """SARIF 2.1.0, as code scanning reads it."""
    driver = {
        "name": "mergeassist",
        "version": __version__,
        "rules": [{"id": name, "shortDescription": {"text": about}}
                  for name, about in _RULES.items()],
    }
    results = [
        {
            "ruleId": "resolved-hunk" if item.resolved else "merge-conflict",
            "level": _level(item),
            "message": {"text": _what(item)},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": quote(item.path, errors="surrogateescape")},
                "region": {"startLine": item.line or 1},
            }}],
        }
        for item in report.items
    ]
    run = {"tool": {"driver": driver}, "results": results}
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}) + "\n"


def github(report: Report) -> str:
    """Workflow commands that annotate the pull request's files."""
    lines = []
    for item in report.items:
        level = _level(item)
        place = f"file={_property(_plain(item.path))},line={item.line or 1}"
        title = "resolved by mergeassist" if item.resolved else "merge conflict"
        command = "notice" if level == "note" else level
        lines.append(f"::{command} {place},title={title}::{_data(_what(item))}")
    lines.append(f"mergeassist: {_headline(report)}")
    return "\n".join(lines) + "\n"


def summary(report: Report) -> str:
    """Markdown for a step summary or a comment."""
    lines = [f"### mergeassist: {_headline(report)}", ""]
    if report.items:
        lines += ["| place | what |", "|---|---|"]
    for item in report.items:
        place = _plain(item.path) + (f":{item.line}" if item.line else "")
        lines.append(f"| {_code(place)} | {html.escape(_what(item))} |")
    for item in report.resolved[:_SHOWN]:
        if item.conflict is None or item.put is None:
            continue
        size = markers.free_size(*item.conflict.sides)
        alone = MergedFile((item.conflict._replace(lines=None),))
        shown = markers.render(alone, "diff3", size, markers.Labels(b"head", b"base", b"target"))
        lines += ["", f"<details><summary>{_code(_plain(item.path))}, line {item.line}</summary>",
                  "", *_fenced(shown), "", "became", "", *_fenced(item.put), "", "</details>"]
    if report.pushed:
        lines += ["", f"The resolution is commit {report.pushed}."]
    return "\n".join(lines) + "\n"


def page(report: Report) -> str:
    """A self-contained HTML page, in which no line is a workflow command if it is printed."""
    from mergeassist.app.report.merges import of_pull_request  # loads the pipeline's modules

    return _COMMAND.sub(r"\1&#58;", of_pull_request(report))


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text, "json": as_json, "sarif": sarif, "github": github, "summary": summary,
    "html": page,
}


def _headline(report: Report) -> str:
    pair = f"{report.target[:12]} into {report.head[:12]}"
    if report.verdict == "clean":
        return f"{pair} merges without conflicts"
    files = len({item.path for item in report.items})
    done = len(report.resolved)
    total = done + len(report.open)
    return f"{pair}: resolved {done} of {total} conflicts in {files} files"


def _what(item: Item) -> str:
    if not item.resolved:
        return f"conflict ({item.kind})"
    sure = "unknown" if item.probability is None else f"{item.probability:.2f}"
    return f"resolved with probability {sure} ({item.source})"


def _level(item: Item) -> str:
    if not item.resolved:
        return "error"
    return "note" if item.probability is not None and item.probability >= _SURE else "warning"


def _record(item: Item) -> dict[str, Any]:
    texts: dict[str, str | None] = {"base": None, "ours": None, "theirs": None}
    if item.conflict is not None:
        found = {name: getattr(item.conflict, name) for name in texts}
        texts = {name: _decoded(text) for name, text in found.items()}
    return {
        "path": item.path.encode(errors="surrogateescape").decode("utf-8", "replace"),
        "line": item.line,
        "status": "resolved" if item.resolved else "conflict",
        "kind": item.kind,
        "probability": item.probability,
        "source": item.source or None,
        **texts,
        "put": _decoded(item.put),
    }


def _decoded(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "replace")


def _plain(path: str) -> str:
    """A path on one line, without what drives terminals."""
    return "".join(char if char.isprintable() else "\ufffd" for char in path)


def _data(value: str) -> str:
    """As GitHub's toolkit escapes a message."""
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _code(value: str) -> str:
    """Inline code in HTML, which takes no Markdown; a bar would end the table's cell."""
    escaped = html.escape(value)
    return "<code>" + re.sub(r"[|`*_~\[\]\\:@#]", lambda c: f"&#{ord(c[0])};", escaped) + "</code>"


def _fenced(data: bytes) -> list[str]:
    """A block of code whose fence is longer than any in it, and no line a workflow command."""
    shown = _COMMAND.sub("\\1:\N{WORD JOINER}", data.decode("utf-8", "replace")[:_LONGEST])
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *shown.splitlines(), fence]
