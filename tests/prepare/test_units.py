import pandas as pd

from norface_pl.prepare.units import BLOCK, divide


def test_sequences_stay_whole_and_single_pictures_make_blocks():
    names = ["a"] * 3 + [""] * (BLOCK + 2) + ["b"] * 400
    units = divide(pd.DataFrame({"sequence": names}))
    assert [(u.folder, u.start, u.stop, u.in_time) for u in units] == [
        ("a", 0, 3, True),
        ("block00001", 3, 3 + BLOCK, False),
        ("block00002", 3 + BLOCK, 5 + BLOCK, False),
        ("b", 5 + BLOCK, 405 + BLOCK, True),
    ]
    assert [u.number for u in units] == [0, 1, 2, 3]
    assert sum(map(len, units)) == len(names)


def test_chunks_go_on_where_a_unit_was_left():
    unit = divide(pd.DataFrame({"sequence": ["a", "a", "b", "b", "b", "b", "b"]}))[1]
    assert list(unit.chunks(2)) == [range(2, 4), range(4, 6), range(6, 7)]
    assert list(unit.chunks(2, done=3)) == [range(5, 7)]
    assert list(unit.chunks(2, done=5)) == []
