from norface_pl.analysis.thinned import Thinned


def test_what_is_kept_is_evenly_spread_and_nothing_else_is_made():
    made = []
    thinned = Thinned(8)
    for number in range(100):
        thinned.add(lambda number=number: made.append(number) or number)
    assert thinned.kept == [0, 16, 32, 48, 64, 80, 96]
    assert (thinned.step, thinned.seen) == (16, 100)
    assert len(made) == 8 + 4 + 4 + 4 + 3


def test_few_things_are_all_kept():
    thinned = Thinned(8)
    for number in range(8):
        thinned.add(lambda number=number: number)
    assert thinned.kept == list(range(8))
    assert thinned.step == 1
