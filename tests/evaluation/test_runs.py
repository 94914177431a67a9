import pytest

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.runs import Run, list_runs


def test_all_folds_seeds_and_inputs_fold_by_fold(tmp_path):
    runs = list_runs([1, 2], [0, 1], ["original", "both"])
    assert len(runs) == 8
    assert runs[:3] == [Run(1, 0, "original"), Run(1, 0, "both"), Run(1, 1, "original")]
    assert len({run.folder(tmp_path) for run in runs}) == 8
    assert runs[0].folder(tmp_path) == tmp_path / "fold_1" / "seed_0" / "original"


def test_one_official_split_has_no_fold(tmp_path):
    (run,) = list_runs([], [3], ["both"])
    assert run == Run(None, 3, "both")
    assert str(run) == "seed 3, both"
    assert run.folder(tmp_path) == tmp_path / "all" / "seed_3" / "both"


def test_only_picks_by_what_it_names():
    assert list_runs([1, 2], [0, 1], ["both"], "fold=2,seed=1") == [Run(2, 1, "both")]
    assert len(list_runs([1, 2], [0, 1], ["original", "both"], "input=both")) == 4


def test_a_key_that_stands_there_twice_picks_both():
    runs = list_runs([], [0, 1], ["a", "b", "c"], "row=a,row=c,seed=1", called="row")
    assert runs == [Run(None, 1, "a"), Run(None, 1, "c")]
    with pytest.raises(NorfaceError, match="or row=both"):
        list_runs([], [0], ["a"], "input=a", called="row")


def test_kept_records_of_a_protocol_lie_side_by_side(tmp_path):
    assert Run(None, 0, "both").file(tmp_path) == tmp_path / "both_seed_0.json"
    assert Run(2, 1, "both").file(tmp_path) == tmp_path / "both_fold_2_seed_1.json"


@pytest.mark.parametrize(
    "only", ["fold=3", "fold", "folds=1", "fold=", "input=oracle", "fold=1 seed=0"]
)
def test_only_that_picks_nothing_is_refused(only):
    with pytest.raises(NorfaceError, match="--only"):
        list_runs([1, 2], [0], ["both"], only)


def test_lists_that_repeat_or_lack_something_are_refused():
    for lists in (([1, 1], [0], ["both"]), ([1], [], ["both"]), ([1], [0], [])):
        with pytest.raises(NorfaceError, match="give each once, and at least one"):
            list_runs(*lists)
