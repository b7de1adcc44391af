"""The documentation site: `make docs` builds it without a network, with warnings and loose references as errors."""

import sys
from pathlib import Path

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from docs.generate import reference, site_tables  # noqa: E402
from pysigmoid import __version__  # noqa: E402

project = "pysigmoid"
author = "the pysigmoid developers"
copyright = f"2026, {author}"
version = release = __version__
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "generate", "tables"]
source_suffix = {".md": "myst-nb"}
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline"]
myst_heading_anchors = 3

nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 240
nb_merge_streams = True
nb_render_image_options = {"align": "center"}

autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "pydata_sphinx_theme"
html_title = f"pysigmoid {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_show_sourcelink = False
# Pages without pages below them have nothing to navigate, and their tables want the width.
WITHOUT_SECTIONS = ("start", "accuracy", "speed", "threads", "platforms", "command_line", "inside", "changes", "citing")
html_sidebars = {page: [] for page in WITHOUT_SECTIONS}
html_theme_options = {
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def visit_math(self, node):
    """MathML, which browsers draw by themselves: pages need no script from elsewhere."""
    self.body.append(convert(node.astext()))
    raise SkipNode


def visit_math_block(self, node):
    self.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>')
    raise SkipNode


def escape_bars(app, what, name, obj, options, lines):
    """|x| is a magnitude in docstrings, not a substitution of reStructuredText; literals and examples stay."""
    for at, line in enumerate(lines):
        if "``" not in line and not line.lstrip().startswith((">>>", "...")):
            lines[at] = line.replace("|", r"\|")


def setup(app):
    app.connect("autodoc-process-docstring", escape_bars)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    reference.write(DOCS / "reference")
    site_tables.write(DOCS / "tables")
