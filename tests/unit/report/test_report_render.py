"""A report as a file: one that needs nothing else, and in which nobody's text is markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from report_world import BIDI, HOSTILE, ReportWorld

from modeleval.report.gather import make_report
from modeleval.report.render import DOCTYPE, render
from modeleval.report.trend import trend_page

SUITE = "x<script>alert(1)</script>\u202e"


class Elements(HTMLParser):
    """Which elements there are, with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def html() -> str:
    world = ReportWorld()
    return make_report(world.run, world.services).data.decode()


@pytest.fixture(scope="module")
def elements(html: str) -> Elements:
    return Elements(html)


def test_hostile_texts_are_texts(elements: Elements) -> None:
    assert any(HOSTILE in one for one in elements.texts)
    assert len(elements.named("script")) == 1
    assert elements.named("img") == []


def test_no_text_hides_what_it_is(html: str) -> None:
    assert BIDI not in html
    assert "safe⟨U+202E⟩txt.exe⟨U+2066⟩" in html
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", html)


def test_the_policy_allows_the_files_own_style_and_script_and_nothing_else(
    html: str, elements: Elements
) -> None:
    [policy] = [one["content"] for one in elements.named("meta") if one.get("http-equiv")]
    own = {
        tag: re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL) for tag in ("style", "script")
    }
    for tag, [text] in own.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'; ")
    assert "unsafe" not in str(policy)


def test_nothing_is_inline_and_nothing_is_loaded(elements: Elements) -> None:
    for tag, attributes in elements.found:
        assert "style" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
        assert not {"src", "srcset", "data", "poster"} & attributes.keys(), tag
    assert elements.named("link") == []
    for link in elements.named("a"):
        assert re.match(r"#|https://[a-z0-9.-]+\.console\.aws\.amazon\.com/", str(link["href"]))


def test_ids_are_unique_and_every_plot_is_told_in_words(elements: Elements) -> None:
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    plots = elements.named("svg")
    assert plots
    assert all(one.get("role") == "img" and one.get("aria-label") for one in plots)


def test_every_page_begins_so_that_it_is_known_again(html: str) -> None:
    assert html.encode().startswith(DOCTYPE)


def test_a_suites_name_is_a_text_too() -> None:
    world = ReportWorld()
    page = trend_page(world.store, SUITE, limit=5, made_at="today", stand_in=None)
    assert "x&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩" in page.data.decode()
    assert "No run of this suite has published scores yet." in page.data.decode()


def test_what_a_template_is_not_given_is_an_error_and_no_blank() -> None:
    from jinja2 import UndefinedError  # noqa: PLC0415 - only here

    with pytest.raises(UndefinedError):
        render("report.html.j2")
