"""A link that brings someone to the same place, and what is hostile in one."""
import numpy as np
import pytest

from chromium import FOUR, SEVEN, draw, image, prediction, probabilities, real_drawings, text, until, visit_section
from neural_network import bounding_square

pytest_plugins = "chromium"
MIDDLE = """() => [...document.querySelectorAll('.text > section')].find(section => {
    const { top, bottom } = section.getBoundingClientRect();
    return top < innerHeight / 2 && bottom > innerHeight / 2;
})?.id"""


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_link_brings_the_drawing_and_the_section_to_someone_else(way, visit, url, site):
    page = visit(url if way == "http" else (site / "index.html").as_uri())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    draw(page, FOUR)
    drawn, shown = image(page), probabilities(page)
    visit_section(page, "teach")
    page.click("#teach .link-here")
    until(page, "document.querySelector('#teach .link-here').textContent === 'Copied'")
    link = page.url
    assert "#drawing=" in link and len(link.split("#")[1]) < 200
    assert page.evaluate("() => navigator.clipboard.readText()") == link
    other = visit(link)
    assert np.abs(image(other) - drawn).max() < .02 and probabilities(other) == pytest.approx(shown, abs=1)
    assert text(other, "message") == "" and other.evaluate(MIDDLE) == "teach"
    other.click("#undo")                                               # it is a drawing like any other
    assert prediction(other) == "–"
    page.click("#link")                                                # that of the footer leads where one last was
    assert page.url == link


def test_a_link_opened_in_a_page_that_is_there_is_followed_and_without_a_clipboard_the_address_bar_has_it(visit, url):
    page = visit(prepare=lambda window: window.add_init_script("delete Navigator.prototype.clipboard;"))
    draw(page, SEVEN)
    page.click("#link")
    assert "address bar" in text(page, "message") and "#drawing=" in page.url
    other = visit()
    draw(other, FOUR)
    other.goto(page.url)                                               # only the fragment is another: nothing is loaded
    until(other, "$('prediction').textContent === '7'")
    other.click("#undo")
    assert prediction(other) == "4"


def on_sheet(strokes):
    """The strokes, in whatever unit, as a drawing 0.6 sheets large."""
    corner, side = bounding_square([np.array(stroke) for stroke in strokes])
    return [(0.2 + 0.6 * (np.array(stroke) - corner) / side).tolist() for stroke in strokes]


def test_real_drawings_go_through_a_link_and_read_the_same(page):
    strokes = [on_sheet(drawing["strokes"]) for drawing in real_drawings(200)]
    changes, longest = page.evaluate("""all => {
        const changes = all.map(strokes => {
            const [before, after] = [strokes, readStrokes(writeStrokes(strokes))].map(one => readDrawing(desk.network, one));
            return Math.max(...before.probabilities.map((share, digit) => Math.abs(share - after.probabilities[digit])));
        });
        return [changes, Math.max(...all.map(strokes => writeStrokes(strokes).length))];
    }""", strokes)
    assert np.median(changes) < .002 and np.quantile(changes, .95) < .05 and longest < 2000


DAMAGED = ["drawing=", "drawing=AAA", "drawing=AAAAA", "drawing=AAAA..AAAA", "drawing=AAAA.", "drawing=<script>", "drawing=%",
           "drawing=AA%00AA", "section=<img src=x onerror=alert(1)>", "section=files", "section=constructor", "section=board",
           "drawing=AAAA&section=nowhere", "drawing=" + 40_000 * "A", "drawing=NaN,1e9"]


def test_a_damaged_link_is_ignored_in_one_sentence(visit, url):
    page = visit()
    draw(page, FOUR)
    for fragment in DAMAGED:
        page.evaluate("fragment => { showMessage(''); location.hash = fragment; }", fragment)
        until(page, "$('message').textContent.includes('damaged')")
        assert prediction(page) == "4" and page.locator("img").count() == 0, fragment
    # Where one part is damaged, the sound ones change nothing either.
    page.evaluate("() => { showMessage(''); location.hash = 'drawing=AAAABBBB&inside=12,0,0,&learn=17,1'; }")
    until(page, "$('message').textContent.includes('damaged')")
    assert prediction(page) == "4" and page.evaluate("() => insideChoices.unit") is None
    fresh = visit(f"{url}#drawing=AAAA.&section=teach")
    assert "damaged" in text(fresh, "message") and fresh.evaluate("() => desk.isBlank")
    for fragment in ("teach", "nowhere", "", "what=ever"):             # no link of ours, and no complaint
        plain = visit(f"{url}#{fragment}")
        assert text(plain, "message") == "" and plain.evaluate("() => desk.isBlank")
