import itertools
import json
from pathlib import Path

import pytest

from norface_pl.evaluation.phases import PhaseRunner
from norface_pl.evaluation.two_phase import Training, TwoPhaseTrainer

CLASSIFIERS = {
    "both": Training(["fit-both"], {"fit": "both"}, "normalized"),
    "original": Training(["fit-original"], {"fit": "original"}),
    "oracle": Training(["fit-oracle"], {"fit": "oracle"}, "oracle"),
}


class Killed(Exception):
    pass


class World:
    """Stands for the trainings: notes each call, and is killed before a given one."""

    def __init__(self, out, kill_at=None):
        self.calls, self.lines = [], []
        self.trainer = TwoPhaseTrainer(
            out,
            out / "au",
            self.fit,
            self.test,
            self.normalize,
            self.draw_oracle,
            PhaseRunner(say=self.lines.append),
        )
        self.kill_at = kill_at

    def note(self, *call):
        if len(self.calls) == self.kill_at:
            raise Killed
        self.calls.append(call)

    def fit(self, args):
        self.note("fit", args[0])
        folder = next(a.split("=", 1)[1] for a in args if a.startswith("--checkpoint.dirpath="))
        read = [a.split("=", 1)[1] for a in args if a.startswith("--data.normalized=")]
        content = " ".join(
            args[:1]
            + [(Path(path) / "manifest.parquet").read_text(encoding="utf-8") for path in read]
        )
        for name in ("best", "last"):
            (Path(folder) / f"{name}.ckpt").write_text(content, encoding="utf-8")
        return args

    def test(self, fitted, checkpoint):
        self.note("test", fitted[0])
        return {"test/f1": len(checkpoint.read_text(encoding="utf-8")) / 100}

    def normalize(self, checkpoint, folder):
        self.note("normalize", checkpoint.name)
        folder.mkdir(exist_ok=True)
        (folder / "manifest.parquet").write_text(
            f"pictures of {checkpoint.read_text(encoding='utf-8')}", encoding="utf-8"
        )

    def draw_oracle(self, folder):
        self.note("draw_oracle")
        folder.mkdir(exist_ok=True)
        (folder / "manifest.parquet").write_text("oracle pictures", encoding="utf-8")

    def run(self, normalizer="fit-normalizer", data="data", **kwargs):
        return self.trainer.run(
            Training([normalizer], {"fit": normalizer}), data, CLASSIFIERS, **kwargs
        )


ALL = [
    ("fit", "fit-normalizer"),
    ("test", "fit-normalizer"),
    ("normalize", "best.ckpt"),
    ("draw_oracle",),
    ("fit", "fit-both"),
    ("test", "fit-both"),
    ("fit", "fit-original"),
    ("test", "fit-original"),
    ("fit", "fit-oracle"),
    ("test", "fit-oracle"),
]


def test_order_and_what_is_handed_on(tmp_path):
    world = World(tmp_path)
    metrics = world.run()
    assert world.calls == ALL
    assert metrics == {
        "both": {"test/f1": len("fit-both pictures of fit-normalizer") / 100},
        "original": {"test/f1": len("fit-original") / 100},
        "oracle": {"test/f1": len("fit-oracle oracle pictures") / 100},
    }
    assert (tmp_path / "normalizer" / "done.json").is_file()
    assert (tmp_path / "au" / "classifier_both" / "done.json").is_file()


def test_a_second_run_does_nothing_and_returns_the_same(tmp_path):
    metrics = World(tmp_path).run()
    again = World(tmp_path)
    assert again.run() == metrics
    assert again.calls == []


@pytest.mark.parametrize("kill_at", range(len(ALL)))
def test_killed_anywhere_the_next_run_completes_and_repeats_no_finished_phase(tmp_path, kill_at):
    expected = World(tmp_path / "whole").run()
    killed = World(tmp_path / "killed", kill_at)
    with pytest.raises(Killed):
        killed.run()
    again = World(tmp_path / "killed")
    assert again.run() == expected
    # A training killed before its test is fitted once more, from its last checkpoint.
    repeated = [call for call in again.calls if call in killed.calls]
    assert repeated == ([("fit", ALL[kill_at][1])] if ALL[kill_at][0] == "test" else [])
    assert set(killed.calls + again.calls) == set(ALL)


def test_another_normalizer_repeats_all_that_reads_it_and_leaves_the_rest(tmp_path):
    World(tmp_path).run()
    world = World(tmp_path)
    world.run(normalizer="other-normalizer")
    assert world.calls == [
        ("fit", "other-normalizer"),
        ("test", "other-normalizer"),
        ("normalize", "best.ckpt"),
        ("fit", "fit-both"),
        ("test", "fit-both"),
    ]


def test_stop_after_the_normalizer_is_what_the_whole_run_starts_with(tmp_path):
    first = World(tmp_path)
    assert first.run(stop_after="normalizer") == {}
    assert first.calls == ALL[:2]
    second = World(tmp_path)
    second.run(stop_after="normalized")
    assert second.calls == ALL[2:3]
    third = World(tmp_path)
    third.run()
    assert third.calls == ALL[3:]


def test_an_interrupted_fit_is_given_its_checkpoint_and_the_places_to_write_to(tmp_path):
    killed = World(tmp_path, kill_at=5)
    with pytest.raises(Killed):
        killed.run()
    seen = []
    world = World(tmp_path)
    fit = world.trainer.fit
    world.trainer.fit = lambda args: (seen.append(args), fit(args))[1]
    world.run()
    folder = tmp_path / "au" / "classifier_both"
    assert seen[0][1] == f"--data.normalized={tmp_path / 'normalized'}"
    assert seen[0][3:] == [f"--checkpoint.dirpath={folder}", f"--ckpt_path={folder}/last.ckpt"]
    logger = json.loads(seen[0][2].removeprefix("--trainer.logger="))
    assert logger["init_args"]["save_dir"] == str(folder)
    assert not any(arg.startswith("--ckpt_path") for args in seen[1:] for arg in args)


def test_every_pair_of_kills_still_completes(tmp_path):
    expected = World(tmp_path / "whole").run()
    for first, second in itertools.product(range(0, len(ALL) - 3, 3), range(0, 4)):
        out = tmp_path / f"{first}-{second}"
        for kill_at in (first, second):
            with pytest.raises(Killed):
                World(out, kill_at).run()
        assert World(out).run() == expected
