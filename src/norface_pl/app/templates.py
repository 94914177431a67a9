"""The HTML of this room, beside the style and script of the page that `norface analyze` writes."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader

from norface_pl.analysis.page import templates


@cache
def _environment() -> Environment:
    own = PackageLoader("norface_pl.app", "html")
    return templates().overlay(loader=ChoiceLoader([own, *filter(None, [templates().loader])]))


def render(name: str, **values: object) -> str:
    """Return a template of this room with values, which are escaped."""
    return _environment().get_template(name).render(**values)
