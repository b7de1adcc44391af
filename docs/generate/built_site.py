"""What a built site must be: every internal link leads somewhere, every picture says in words what it shows."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


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
