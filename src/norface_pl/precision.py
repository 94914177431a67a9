"""Chooses the number format that networks compute in: bf16 where the device has it, else fp32."""

import os
from typing import Literal

import torch

Precision = Literal["bf16-mixed", "32-true"]

# What these limits of oneDNN leave of a processor has no bf16 instructions; see its documentation,
# "CPU Dispatcher Control".
LIMITS_WITHOUT_BF16 = {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI"}


def has_bf16(device: torch.device) -> bool:
    """Tell whether a device has instructions for bf16 numbers.

    Without them torch computes a convolution in bf16 ten times slower than in fp32.

    Args:
        device: a CUDA device, or a CPU, which needs AMX or AVX512-BF16; the variables
            ``ATEN_CPU_CAPABILITY`` and ``ONEDNN_MAX_CPU_ISA`` can make it do without.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    allowed = os.environ.get("ONEDNN_MAX_CPU_ISA", "ALL").upper() not in LIMITS_WITHOUT_BF16
    wide = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    found = torch.cpu.get_capabilities()
    return allowed and wide and bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def choose_precision(device: torch.device) -> Precision:
    """Return the precision of a training on a device, as Lightning's ``Trainer`` calls it."""
    return "bf16-mixed" if has_bf16(device) else "32-true"


def autocast(device: torch.device) -> torch.autocast:
    """Return a context in which networks that are no longer trained read faces on a device."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bf16(device))
