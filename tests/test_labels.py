"""Names of action units and emotions."""

import pytest

from norface_pl.labels import (
    ACTION_UNITS,
    EMOTIONS,
    SYNTHETIC_AUS,
    au_name,
    au_number,
)


def test_names_go_there_and_back() -> None:
    assert au_name(12) == "AU12"
    assert [au_number(au_name(n)) for n in ACTION_UNITS] == list(ACTION_UNITS)


def test_not_an_action_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="AUx"):
        au_number("AUx")


def test_drawn_faces_use_known_units_once_and_sorted() -> None:
    assert len(SYNTHETIC_AUS) == 17
    assert list(SYNTHETIC_AUS) == sorted(set(SYNTHETIC_AUS))
    assert set(SYNTHETIC_AUS) <= set(ACTION_UNITS)


def test_eight_emotions_begin_with_neutral() -> None:
    assert len(set(EMOTIONS)) == 8
    assert EMOTIONS[0] == "neutral"
