"""The pages in a real browser: they work, they ask for nothing, and hostile texts do nothing."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from mergeassist.app import evaluate
from mergeassist.app.backtest import replay
from mergeassist.app.backtest.figures import figures
from mergeassist.app.backtest.page import page
from mergeassist.app.ci import Item, Report
from mergeassist.app.preview import File, Preview, Tip
from mergeassist.app.report import merges
from mergeassist.cli.main import main
from mergeassist.core.chunks import Conflict
from mergeassist.core.outcome import Decision, Proposal
from tests.git.real_git import MakeDriver, Repo, lines
from tests.report.browser import Browser, outside

EVIL = (
    b"</pre></style></script><script>document.title='taken'</script>\n"
    b"<img src=http://example.org/x onerror=\"document.title='taken'\">\n"
    b"<style>*{display:none}</style><!-- \xe2\x80\xae evil \xe2\x81\xa6 \xff\x00\n"
    b"<svg onload=alert(1)><a href='javascript:1'>\"'&amp;\n"
)
NAME = "a\n\"'><script>document.title='taken'</script>\u202e\udcff.py"
VOID = ("meta", "input")


class Reader(HTMLParser):
    """Tags that are opened and closed, and where they point."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def decision(text: bytes, probability: float | None, accepted: bool = False) -> Decision:
    conflict = Conflict(text, b"base " + text, b"theirs\n" + text)
    best = Proposal(text + b"both\n", "line-ours", ("other",), probability)
    second = Proposal(b"another\n", "line-theirs", (), 0.1)
    return Decision(conflict, (best, second), accepted, "a <reason>")


def preview() -> Preview:
    """Twelve conflicts in three files, with probabilities 0.05, 0.15 …"""
    files = [File("binary.bin", "binary by attribute")]
    for number, path in enumerate(("src/a.py", "src/b.ts", NAME)):
        said = [(4 * number + k) / 12 + 0.04 for k in range(4)]
        texts = [EVIL if path == NAME else f"word{number}{k} = 1\n".encode() for k in range(4)]
        files.append(File(path, decisions=tuple(
            decision(text, p, p > 0.8) for text, p in zip(texts, said, strict=True)
        )))  # fmt: skip
    return Preview(Tip("main", "1" * 40), Tip("<b>topic", "2" * 40), "merge", tuple(files))


LONG = File("f", decisions=(decision(b"x" * (1 << 20) + b"\n" + b"y " * (1 << 19), 0.5),))


def tried(probability: float | None, right: bool, text: bytes = b"ours\n") -> replay.Tried:
    made = decision(text, probability, (probability or 0) >= 0.5)
    scored = evaluate.score("", "", made, made.proposals[0].text if right else b"people\n" + text)
    return replay.Tried("f" * 40, 0, NAME, 0, made.conflict.sides, made, b"people\n" + text,
                        scored, None)  # fmt: skip


def pages() -> dict[str, str]:
    """Every kind of page, with hostile texts and names."""
    items = (Item(NAME, 3, True, "resolved", 0.9, "s", Conflict(EVIL, None, EVIL), EVIL),
             Item(NAME, None, False, "deleted in head"))  # fmt: skip
    results = [tried(k / 20, k % 3 > 0, EVIL) for k in range(20)]
    backtest = replay.Result(results, 3, 4, 0, ("a <note>",))
    return {
        "preview": merges.of_preview(preview()),
        "ci": merges.of_pull_request(Report("1" * 40, "2" * 40, "3" * 40, items)),
        "backtest": page(figures(backtest, 0.1), results, "<title>"),
        "review": merges.of_review([], NAME),
        "long": merges.of_preview(preview()._replace(files=(LONG,))),
    }


@pytest.mark.parametrize("name", ["preview", "ci", "backtest", "review"])
def test_whole_and_without_anothers_markup(name: str) -> None:
    text = pages()[name]
    reader = Reader(text)
    assert reader.seen.count("script") == reader.seen.count("style") == 1
    assert not {"img", "link", "iframe", "object", "base", "a", "b", "note"} & set(reader.seen)
    assert (
        not {"src", "href", "action", "style", "onload", "onerror"} & dict(reader.attributes).keys()
    )
    assert "http:" not in text.replace("http://example.org/x onerror", "")
    assert "default-src 'none'" in text and "unsafe-inline" not in text


def test_a_million_characters_in_a_line_stay_small() -> None:
    text = pages()["long"]
    assert len(text) < 400_000
    assert "more bytes" in text


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    files = {name: folder / f"{name}.html" for name in pages()}
    for name, text in pages().items():
        files[name].write_bytes(text.encode())
    return files


def shown(browser: Browser) -> list[str]:
    """The ids of the conflicts that are seen."""
    found: list[str] = browser.value(
        "[...document.querySelectorAll('article')].filter(a => a.offsetHeight).map(a => a.id)"
    )
    return found


def choose(browser: Browser, field: str, value: str) -> list[str]:
    """Fill a filter in as a person does, by its event."""
    browser.value(f"(() => {{ const f = document.getElementById({field!r}); f.value = {value!r};"
                  "f.dispatchEvent(new Event('input', {bubbles: true})); })()")  # fmt: skip
    return shown(browser)


@pytest.mark.parametrize("name", ["preview", "ci", "backtest", "review", "long"])
@pytest.mark.parametrize("dark", [False, True])
def test_opens_in_silence(
    browser: Browser, written: dict[str, Path], name: str, dark: bool
) -> None:
    """No error, no request, no foreign script; text and background differ."""
    browser.open(written[name], dark=dark)
    assert browser.errors == []
    assert outside(browser.requests, written[name]) == []
    assert browser.value("document.title").startswith("mergeassist ")
    colours = browser.value("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
    light = [sum(map(int, c[4:-1].split(","))) for c in colours]
    assert (light[0] > light[1] + 300) if dark else (light[1] > light[0] + 300)
    # nothing sticks out, also on a telephone
    browser.look(width=390)
    assert browser.value("document.documentElement.scrollWidth") <= 390


def test_injected_code_does_not_run(browser: Browser, written: dict[str, Path]) -> None:
    """Were a text to get through unescaped, the content policy would stop it."""
    browser.open(written["preview"])
    browser.value("document.body.insertAdjacentHTML('beforeend', '<p id=x style=\"color:red\" "
                  "></p><svg onload=\"document.title=1\"></svg>')")  # fmt: skip
    browser.value("(s => { s.textContent = 'document.title = 1'; document.body.append(s) })"
                  "(document.createElement('script'))")  # fmt: skip
    browser.value("new Promise(done => setTimeout(done, 50))")
    assert browser.value("document.title").startswith("mergeassist preview")
    assert len(browser.errors) >= 2


def test_filters(browser: Browser, written: dict[str, Path]) -> None:
    browser.open(written["preview"])
    every = shown(browser)
    assert len(every) == 13
    assert choose(browser, "text", "WORD12 = 1") == ["c8"]
    assert browser.value("document.getElementById('count').value") == "1 of 13"
    assert choose(browser, "text", "") == every
    assert choose(browser, "file", "src/b.ts") == ["c6", "c7", "c8", "c9"]
    assert choose(browser, "low", "0.5") == ["c8", "c9"]
    assert choose(browser, "high", "0.6") == ["c8"]
    browser.value("document.querySelector('[type=reset]').click()")
    browser.value("new Promise(done => setTimeout(done, 50))")
    assert shown(browser) == every
    assert choose(browser, "status", "would be resolved") == ["c12", "c13"]
    assert choose(browser, "low", "0.999") == []


def test_keys(browser: Browser, written: dict[str, Path]) -> None:
    def current() -> str | None:
        found: str | None = browser.value("document.querySelector('.current')?.id")
        return found

    browser.open(written["preview"])
    browser.press("j", "j", "j", "k")
    assert current() == browser.value("document.activeElement.id") == "c2"
    assert browser.value("document.getElementById('c2').getBoundingClientRect().top") < 900
    browser.press("G")
    assert current() == "c13"
    browser.press("j")
    assert current() == "c13"
    browser.press("o")
    assert not browser.value("document.querySelector('#c13 details').open")
    browser.press("/", "w", "o", "r", "d", "0", "j")  # typed, not obeyed
    assert browser.value("document.activeElement.id") == "text"
    assert shown(browser) == []
    browser.press("Escape", "Escape")
    browser.value("new Promise(done => setTimeout(done, 50))")
    assert len(shown(browser)) == 13
    browser.press("?")
    assert browser.value("document.getElementById('help').open")
    browser.press("j")
    assert current() is None  # the filter had hidden it
    browser.press("?")
    assert not browser.value("document.getElementById('help').open")


def test_hostile_names_can_be_filtered(browser: Browser, written: dict[str, Path]) -> None:
    browser.open(written["preview"])
    index = "document.getElementById('file').options.length - 1"
    chosen = browser.value(f"document.getElementById('file').options[{index}].value")
    assert "U+202E" in chosen and "U+DCFF" in chosen
    assert choose(browser, "file", chosen) == ["c10", "c11", "c12", "c13"]


def test_prints(browser: Browser, written: dict[str, Path], tmp_path: Path) -> None:
    browser.open(written["backtest"])
    browser.look(width=794, media="print")
    assert browser.value("getComputedStyle(document.getElementById('filters')).display") == "none"
    assert len(shown(browser)) == 20
    browser.pdf(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")


def test_the_page_of_a_real_merge(
    repo: Repo,
    make_driver: MakeDriver,
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the driver put, what it left in that file and in another, and what was taken back."""
    three = (lines(30), lines(30, _4="yes 4\n", _15="<script>ours\n", _25="yes 25\n"),
             lines(30, _4="theirs 4\n", _15="theirs\n", _25="theirs 25\n"))  # fmt: skip
    repo.commit("more", {"g.py": b"a = 1\n"})
    repo.fork("f", *three)
    repo.commit("ours", {"g.py": b"a = 2\n"})
    repo.git("checkout", "-q", "topic")
    repo.commit("theirs", {"g.py": b"a = 3\n"})
    repo.git("checkout", "-q", "main")
    repo.arm(make_driver("accept = lambda conflict: b'yes' in conflict.ours"))
    repo.git("merge", "topic", code=1)
    monkeypatch.chdir(repo.path)
    (name,) = (repo.path / ".git" / "mergeassist" / "hunks").iterdir()
    assert main(["undo", f"{name.stem}:2"]) == 0
    file = tmp_path / "page.html"
    assert main(["review", "--html", str(file)]) == 0
    browser.open(file)
    assert browser.errors == []
    found = browser.value("[...document.querySelectorAll('article')].map("
                          "a => [a.dataset.file, a.dataset.status])")  # fmt: skip
    assert sorted(map(tuple, found)) == [
        ("f", "left to you"), ("f", "left to you"), ("f", "not looked at"), ("f", "taken back"),
        ("g.py", "left to you"),
    ]  # fmt: skip
    put = browser.value("document.querySelector('[data-status=\"not looked at\"] .put pre')"
                        ".textContent")  # fmt: skip
    assert put == "yes 4\ntheirs 4\n"
    assert f"mergeassist undo {name.stem}:1" in browser.value("document.body.textContent")
