"""`models diff --html`: one self-contained page, a layer × module heat map over a table."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from mergeassist.params.diffing import Difference

_STYLE = """
body{font:14px system-ui,sans-serif;margin:2em;color:#222;background:#fff}
table{border-collapse:collapse;margin:1em 0}td,th{padding:2px 8px;text-align:left;
font-variant-numeric:tabular-nums}thead th{position:sticky;top:0;background:#fff;
vertical-align:bottom}
.map td{width:22px;height:18px;padding:0;border:1px solid #fff}
.map thead th{writing-mode:vertical-rl;transform:rotate(180deg);font-weight:400;padding:4px 0}
.n{background:#eee}@media(prefers-color-scheme:dark){body,thead th{background:#16181c;color:#ddd}
.map td{border-color:#16181c}.n{background:#2a2d33}}
"""
_LAYER = re.compile(r"^(.*?)(\d+)\.(.*)$")


def render(found: Sequence[Difference], title: str) -> str:
    """The page as text; it loads nothing from elsewhere."""
    name = html.escape(title)
    rows = "".join(_row(d) for d in found if d.state != "same")
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{name}</title>"
        f"<style>{_STYLE}</style><h1>{name}</h1>"
        "<p>Colour: share of elements moved in opposite directions where a base was given, else "
        "the size of the change; grey: the same on both sides.</p>"
        f"{_map(found)}<table><thead><tr><th>tensor<th>type<th>state<th>cosine<th>change"
        f"<th>sign clash</thead>{rows}</table></html>\n"
    )


def _map(found: Sequence[Difference]) -> str:
    """Rows are layers, columns the modules inside them; tensors outside layers share one row."""
    cells: dict[str, dict[str, Difference]] = {}
    for d in found:
        match = _LAYER.match(d.name)
        layer, module = (match[1] + match[2], match[3]) if match else ("(outside)", d.name)
        cells.setdefault(layer, {})[module] = d
    modules = list(dict.fromkeys(m for row in cells.values() for m in row))
    head = "".join(f"<th>{html.escape(module)}" for module in modules)
    body = "".join(
        f"<tr><th>{html.escape(layer)}" + "".join(_cell(row.get(m)) for m in modules)
        for layer, row in cells.items()
    )
    return f"<table class=map><thead><tr><th>{head}</thead>{body}</table>"


def _cell(d: Difference | None) -> str:
    if d is None:
        return "<td>"
    tip = html.escape(f"{d.name}: {d.state} {_numbers(d)}", quote=True)
    heat = _heat(d)
    if heat is None:
        return f'<td class=n title="{tip}">'
    colour = f"hsl({int(50 - 50 * heat)} 90% {int(75 - 25 * heat)}%)"
    return f'<td title="{tip}" style="background:{colour}">'


def _heat(d: Difference) -> float | None:
    """0 to 1, `None` where nothing differs."""
    if d.state == "same":
        return None
    if d.clash is not None:
        return min(1.0, 2 * d.clash)
    if d.norms:
        return min(1.0, max(d.norms) * 4)
    return 1.0


def _numbers(d: Difference) -> str:
    cosine = "" if d.cosine is None else f"cos {d.cosine:.3f} "
    return cosine + "/".join(f"{norm:.3g}" for norm in d.norms)


def _row(d: Difference) -> str:
    cosine = "" if d.cosine is None else f"{d.cosine:.3f}"
    clash = "" if d.clash is None else f"{d.clash:.1%}"
    norms = " / ".join(f"{norm:.3g}" for norm in d.norms)
    return (
        f"<tr><td>{html.escape(d.name)}<td>{html.escape(d.label)}<td>{d.state}<td>{cosine}"
        f"<td>{norms}<td>{clash}"
    )
