"""`make evidence-classifier`: what it asks for, and the page from records that nobody trained."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import yaml

from experiments import evidence_classifier
from experiments.classifier_checks import Statement, exceeds
from experiments.classifier_page import Page
from experiments.classifier_plan import INPUTS, SAME, STEPS, Plan, Step
from norface_pl import cli
from norface_pl.evaluation.runs import Run
from tests.helpers.records import record, tally
from tests.helpers.tiny import CONFIGS

LABELS = {"au_detection": ["AU1"], "au_intensity": ["AU1"], "expression": ["neutral", "happiness"]}


def score(task, good, seed=0):
    """A tally of four people with ten faces each, of which so many are read rightly."""
    found = None
    for person in range(4):
        label = np.arange(10) % 2
        guess = np.where(np.arange(10) < good + (person + seed) % 2, label, 1 - label)
        if task == "expression":
            part = tally(task, LABELS[task], np.eye(2)[guess], label, f"F{person}")
        else:
            part = tally(task, LABELS[task], guess[:, None], label[:, None], f"F{person}")
        found = part if found is None else found + part
    return found


def keep(plan, step, scores, **changes):
    """Writes records of some rows of a step, with so many faces read rightly."""
    for row, good in scores.items():
        for seed in plan.seeds:
            run = Run(None, seed, row)
            for task, path in zip(step.tasks, plan.files(step, run), strict=True):
                found = record(
                    run.by_task(step.tasks)[task],
                    selected=score(task, good, seed),
                    protocol=step.protocol,
                    stamp=f"{step.protocol} {row} {seed}",
                    **changes,
                )
                found.keep(path)


def by_name(name):
    return next(step for step in STEPS if step.name == name)


@pytest.fixture
def plan(tmp_path):
    return Plan([0, 1, 2], results=tmp_path / "docs" / "classifier", runs=tmp_path / "runs")


def write(plan):
    path = plan.results.parent / "classifier.md"
    Page(plan, path).write()
    return path.read_text(encoding="utf-8")


def answers(text):
    lines = text.split("## What holds")[1].split("\n\n")[1].splitlines()[2:]
    return {line.split(" | ")[0].strip("| "): line.split(" | ")[-1].strip(" |*") for line in lines}


def test_the_most_important_comes_first_and_every_row_is_asked_for():
    assert [step.name for step in STEPS[:4]] == ["au", "intensity", "expression", "all"]
    ablations = {step.protocol: step.config for step in STEPS if step.ablation}
    for name, path in ablations.items():
        asked = [row for step in STEPS if step.protocol == name for row in step.rows]
        config = yaml.safe_load((CONFIGS / f"{path}.yaml").read_text(encoding="utf-8"))
        assert asked == [row["name"] for row in config["rows"]]
        assert set(SAME.get(name, ())) <= set(asked)
    protocols = {step.protocol: step.rows for step in STEPS if not step.ablation}
    assert set(protocols.values()) == {INPUTS}
    assert len(protocols) == 6
    assert by_name("mixtures").tasks == ["au_detection", "au_intensity", "expression"]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
@pytest.mark.parametrize("given", [False, True])
def test_every_command_is_understood(step, given, plan, tmp_path, capsys):
    checkpoints = {"synthetic": tmp_path / "a.ckpt", "comic": tmp_path / "b.ckpt"}
    asked = Plan([4, 5], checkpoints if given else {}, plan.results, plan.runs)
    words = asked.command(step)
    with pytest.raises(SystemExit) as stop:
        cli.main([*words[3:], "--print_config"])
    assert stop.value.code == 0
    config = yaml.safe_load(capsys.readouterr().out)
    assert config["seeds"] == [4, 5]
    assert config["results"] == str(plan.results / config["name"])
    normalizer = config["normalizer"]
    folder = Path(normalizer["folder"])
    assert folder.name == f"stage1_{step.style}" + "_others" * step.others
    assert (normalizer["checkpoint"] == str(checkpoints[step.style])) is given
    if step.others:
        # Of other people: the training of an earlier step is used, none is made for them.
        own = plan.runs / "protocol" / "stage1_synthetic" / "all" / "normalizer" / "best.ckpt"
        assert given or normalizer["checkpoint"] == str(own)
    assert normalizer["people"] == ("external" if given or step.others else "per_fold")
    assert config["classifier"]["select_on_test"] is False
    if not step.ablation:
        assert config["inputs"] == list(INPUTS)


def test_what_is_done_is_not_counted_again(plan):
    steps = [by_name("au"), by_name("controls")]
    # 12 of the task; the ablation takes 12 over and has 12 of its own.
    assert plan.estimate(steps) == (
        "24 trainings to do at 120 s each (a guess), 1 normalizers at 20 minutes (a guess): about "
        "1.1 hours, more if options have changed"
    )
    keep(plan, steps[0], dict.fromkeys(INPUTS, 5), seconds=60.0)
    assert plan.estimate(steps).startswith("12 trainings to do at 60 s each, 1 normalizers")
    given = Plan(plan.seeds, {"synthetic": Path("a.ckpt")}, plan.results, plan.runs)
    assert ", 0 normalizers" in given.estimate(steps)
    assert given.estimate(steps[:1]).endswith("about 0.0 hours, more if options have changed")


def test_a_step_that_fails_is_named_and_the_others_are_done(plan, tmp_path, monkeypatch, capsys):
    called = []

    def run(command, env, cwd, check):
        called.append((next(word for word in command if word.startswith("--out")), env))
        return subprocess.CompletedProcess(command, len(called) == 1)

    monkeypatch.setattr(subprocess, "run", run)
    page = plan.results.parent / "classifier.md"
    with pytest.raises(SystemExit, match="failed: au; the same command goes on"):
        evidence_classifier.make(plan, STEPS[:3], 2, page)
    assert [out.rpartition("/")[2] for out, _ in called] == [step.protocol for step in STEPS[:3]]
    assert {env["OMP_NUM_THREADS"] for _, env in called} == {"2"}
    assert capsys.readouterr().out.startswith("36 trainings to do")
    assert page.is_file()


def test_candidates_read_faces_of_the_same_normalizer(plan, monkeypatch):
    asked = []
    monkeypatch.setattr(
        evidence_classifier, "succeeds", lambda words, threads: bool(asked.append(words[2:]))
    )
    with pytest.raises(SystemExit, match="failed: candidates"):
        evidence_classifier.compare_candidates(plan)
    given = Plan(plan.seeds, {"synthetic": Path("a.ckpt")}, plan.results, plan.runs)
    with pytest.raises(SystemExit, match="failed: candidates"):
        evidence_classifier.compare_candidates(given)
    trained = plan.runs / "protocol/stage1_synthetic/all/normalizer/best.ckpt"
    assert asked == [
        ["experiments.mixtures", f"--normalizer={trained}"],
        ["experiments.mixtures", "--normalizer=a.ckpt"],
    ]


def test_without_records_the_page_says_so(plan):
    text = write(plan)
    assert set(answers(text).values()) == {"not run yet"}
    assert text.count("Not run yet: `make evidence-classifier` makes it.") == 10


def test_the_page_says_what_holds(plan):
    keep(plan, by_name("au"), {"original": 5, "both": 8, "normalized": 6, "oracle": 9})
    keep(plan, by_name("expression"), {"original": 7, "both": 7, "normalized": 6, "oracle": 9})
    rows = {"original": 5, "both": 8, "random": 5, "twice": 8, "adversary_10": 4}
    keep(plan, by_name("controls"), rows, normalizer={"sha256": "a" * 64})
    keep(plan, by_name("mixtures"), {"separate": 6, "separate_mlp": 8, "both": 9, "plain": 9})
    (plan.results / "notes.md").write_text("Somebody's remark.", encoding="utf-8")
    text = write(plan)
    found = answers(text)
    assert found["AU detection: both > original by more than 2 SD (F1 (%))"] == "yes"
    assert found["expression: both > original by more than 2 SD (accuracy (%))"] == "no"
    assert found["AU intensity: both > original by more than 2 SD"] == "not run yet"
    assert found["both > original + identity adversary 0.1 (F1 (%))"] == "yes"
    assert found["both > original + identity adversary 0.03 (F1 (%))"] == "not run yet"
    control = "both with I_n of a random other picture is not above original (F1 (%))"
    assert found[control] == "yes"
    assert found["both > both with I_n := I_o (F1 (%))"] == "no"
    assert found["Input MoE, then Output MoE > MLPs of their size (F1 (%))"] == "no"
    assert found["AU detection: the mixture loses nothing to an MLP (F1 (%))"] == "not run yet"
    for task in ("AU detection (F1 (%))", "AU intensity (ICC(3,1))", "expression (accuracy (%))"):
        name, _, unit = task.partition(" (")
        statement = f"{name}: the mixture loses nothing to concatenation and linear ({unit}"
        assert found[statement] == "yes"
    assert "Somebody's remark." in text
    assert "checkpoints of stage 1 (SHA-256): aaaaaaaaaaaa\n" in text
    assert "51 trainings of stage 2, 0.0 hours" in text
    for name in ("au_detection.png", "ablation_synthetic_au.png", "ablation_mixtures.png"):
        assert f"(classifier/{name})" in text
        assert 1000 < (plan.results / name).stat().st_size < 300_000
    assert "peer-style" not in text
    assert write(plan) == text


def test_one_model_of_all_tasks_stands_beside_three(plan):
    for name in ("au", "intensity", "expression"):
        keep(plan, by_name(name), {"both": 7})
    keep(plan, by_name("all"), {"both": 7})
    lines = write(plan).split("## All tasks in one model")[1].splitlines()
    table = [line.split(" | ") for line in lines if line.startswith("| ")][2:5]
    assert [cells[0] for cells in table] == [
        "| AU detection (F1 (%))",
        "| AU intensity (ICC(3,1))",
        "| expression (accuracy (%))",
    ]
    assert [cells[-1] for cells in table] == ["yes |"] * 3
    keep(plan, by_name("all"), {"both": 5})
    assert write(plan).split("## All tasks in one model")[1].count("**no**") == 3


def test_more_than_two_deviations(plan):
    low, high = ({seed: score("expression", good, seed) for seed in (0, 1)} for good in (5, 8))
    assert exceeds(high, low) is True
    assert exceeds(low, high) is False
    assert exceeds(high, high) is False
    assert exceeds({0: high[0]}, {0: low[0]}) is None
    records = [record(Run(None, 0, row), selected=high[0]) for row in ("a", "b")]
    statement = Statement("s", "mine", ("a", "b"), "deviations", "expression")
    assert statement.line(records)[-1] == "unknown, one seed"


def test_steps_belong_to_their_protocols():
    assert by_name("cross_comic").protocol == "cross_synthetic_comic"
    assert Step("x", "ablation/mixtures", ()).ablation
    found = json.dumps([step.style for step in STEPS])
    assert found.count("comic") == 1
