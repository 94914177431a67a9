"""`make bench`: what it times does what a training does."""

from benchmarks import bench
from norface_pl.datamodules.acted import DrawnClips, DrawnPeople
from norface_pl.datamodules.synthetic import SyntheticDataModule


def test_the_bare_loop_draws_and_learns():
    faces = SyntheticDataModule(
        people=DrawnPeople(unlabelled=4, train=1, val=1, test=1, recordings_of_target=0),
        clips=DrawnClips(train=1),
        clips_per_batch=2,
        frames_per_clip=2,
        draw_processes=1,
        cache_dir=None,
    )
    assert bench.bare_step(faces, 4) > 0


def test_a_step_of_stage_2_learns_every_task_from_both_pictures():
    people = DrawnPeople(unlabelled=1, train=1, val=1, test=1, recordings_of_target=0)
    assert bench.reading_step(list(bench.THREE), people, 4) > 0
