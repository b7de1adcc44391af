"""What a built site must be: links lead somewhere, pictures say what they show, what people come for is near."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

CLICKS = 3  # from the start page, at most, to what people come for
GOALS = {
    "a trained classifier": "notebooks/classifier.html",
    "a custom objective": "boosting.html",
    "a torch model": "torch.html",
    "why is my gradient zero?": "gradient.html",
}


class Page(HTMLParser):
    """The links, the pictures without words, and the anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.silent: list[str] = []
        self.anchors: set[str] = set()
        self.sources: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in ("script", "link", "img"):
            self.sources.append(found.get("src") or found.get("href") or "")
        if tag == "img" and not (found.get("alt") or "").strip("./ "):
            self.silent.append(found.get("src") or "")


@cache
def read(path: Path) -> Page:
    return Page(path)


def faults(site: Path) -> Iterator[str]:
    pages = sorted(site.rglob("*.html"))
    if not (site / "index.html").exists():
        yield f"{site} has no index.html"
    for path in pages:
        page, name = read(path), path.relative_to(site)
        yield from (f"{name}: {link} leads nowhere" for link in page.links if leads_nowhere(path, link))
        yield from (f"{name}: {source} has no alternative text" for source in page.silent)
        yield from (f"{name}: {source} is fetched from elsewhere" for source in page.sources if urlsplit(source).netloc)


def leads_nowhere(path: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.exists():
        return True
    return bool(parts.fragment) and target.suffix == ".html" and unquote(parts.fragment) not in read(target).anchors


def clicks(site: Path, start: str = "index.html") -> dict[str, int]:
    """How many clicks every page is from the start, by its path in the site."""
    found, front = {(site / start).resolve(): 0}, [(site / start).resolve()]
    for page in front:
        for link in read(page).links:
            target = (page.parent / unquote(urlsplit(link).path)).resolve()
            if not urlsplit(link).netloc and target.suffix == ".html" and target.exists() and target not in found:
                found[target] = found[page] + 1
                front.append(target)
    return {page.relative_to(site.resolve()).as_posix(): distance for page, distance in found.items()}


def far_goals(site: Path) -> Iterator[str]:
    distance = clicks(site)
    for goal, page in GOALS.items():
        if distance.get(page, CLICKS + 1) > CLICKS:
            yield f"{goal} ({page}) is not within {CLICKS} clicks of the start page"
