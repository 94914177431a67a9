"""Keeps freed memory in the process, because fetching it anew costs more than a convolution."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST = 2**31 - 1
MAPPED = 2**28


def keep_freed_memory() -> bool:
    """Let glibc keep what tensors free instead of returning it to the system at once.

    By default a picture tensor of some megabytes is mapped, cleared and unmapped again in every
    operation; on CPUs that took more time than the augmentation that it was for. Larger blocks
    than a step's tensors, such as data sets, are still returned.

    Returns:
        Whether there was an allocator to tell: only glibc's has these settings.
    """
    if sys.platform != "linux":
        return False
    try:
        tell = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(tell(M_MMAP_THRESHOLD, MAPPED)) and bool(tell(M_TRIM_THRESHOLD, LARGEST))
