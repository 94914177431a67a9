import os
import subprocess
import sys

import pytest
import torch

from norface_pl import lightning_cli
from norface_pl.precision import autocast, choose_precision, has_bf16
from tests.helpers.fakes import LinkedModule
from tests.test_cli import fit

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
PRECISION = {True: "bf16-mixed", False: "32-true"}
OLD = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}


def processor(monkeypatch, capability, **instructions):
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: instructions)


@pytest.mark.parametrize("instruction", ["avx512_bf16", "amx_bf16"])
def test_a_cpu_with_bf16_instructions_computes_in_bf16(monkeypatch, instruction):
    processor(monkeypatch, "AVX512", **{instruction: True})
    assert choose_precision(CPU) == "bf16-mixed"
    with autocast(CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("capability", "instructions"),
    [("AVX2", {"avx2": True}), ("AVX512", {"avx512_f": True}), ("DEFAULT", {})],
)
def test_a_cpu_without_them_computes_in_fp32(monkeypatch, capability, instructions):
    processor(monkeypatch, capability, **instructions)
    assert choose_precision(CPU) == "32-true"
    with autocast(CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


@pytest.mark.parametrize("limit", ["AVX2", "avx512_core"])
def test_a_limit_of_onednn_is_respected(monkeypatch, limit):
    processor(monkeypatch, "AVX512", avx512_bf16=True)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
    assert not has_bf16(CPU)


@pytest.mark.parametrize("native", [True, False])
def test_a_gpu_computes_in_bf16_where_it_need_not_emulate_it(monkeypatch, native):
    asked = []
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation: asked.append(including_emulation) or native,
    )
    assert has_bf16(CUDA) is native
    assert asked == [False]


def test_no_other_device_is_given_bf16():
    assert choose_precision(torch.device("meta")) == "32-true"


def test_an_old_processor_is_told_from_a_new_one_in_a_process_of_its_own():
    code = "import torch; from norface_pl.precision import choose_precision as choose\n"
    code += "print(choose(torch.device('cpu')))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | OLD,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "32-true"


@pytest.mark.parametrize("new", [True, False])
def test_a_training_takes_the_precision_of_its_processor(monkeypatch, new):
    monkeypatch.setattr(lightning_cli, "choose_precision", lambda device: PRECISION[new])
    assert fit().trainer.precision == PRECISION[new]


@pytest.mark.parametrize("asked", ["32-true", "bf16-mixed"])
def test_a_precision_that_was_asked_for_is_taken(monkeypatch, asked):
    monkeypatch.setattr(lightning_cli, "choose_precision", lambda device: "64-true")
    assert fit(LinkedModule, f"--trainer.precision={asked}").trainer.precision == asked
