#!/usr/bin/env bash
# Trains the photo normalizer at 128 pixels on a GPU of a machine without network, in ten minutes.
#
# 1. Here. Photographs were prepared with a --table that has the column part:
#      norface prepare folder --root PHOTOS --table TABLE.csv --out PREPARED --size 128 \
#        --teacher face_landmarker
#      bash benchmarks/gpu_photo.sh wheels CARRY 3.12       # of that machine's Python; needs PyPI
#      bash benchmarks/gpu_photo.sh pack PREPARED FACEKIT.npz CARRY
#    CARRY stays below 55 MB: only faces of the part train, no avatars, the shapes, the wheels.
# 2. There, with this checkout and CARRY; torch, lightning, timm, pandas, pyarrow, OpenCV and
#    tensorboard are there already. PEAK is the device's dense bf16 peak in TFLOP/s:
#      set -o pipefail; PYTHONUNBUFFERED=1 bash benchmarks/gpu_photo.sh run CARRY OUT \
#        --peak PEAK --seconds 560 2>&1 | tee OUT/log.txt
#    OUT gets log.txt, gpu_photo.json and normalizer_photo_128.ckpt, below 16 MB. The same command
#    again goes on as long as the folder WORK (default: in TMPDIR) is there. Where the machine stays
#    for a second call, all of the first one may train: --parts photo, and then --parts small base.
# 3. Here again: `norface normalize`, `norface probe` and stage 2 take the checkpoint as any other.
#
# normalizer/small and normalizer/base are measured on drawn faces of 128 and 224 pixels for 200
# steps each; base without the weights of a face MAE, which change no speed. PYTHON names the
# interpreter.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
PYTHON="${PYTHON:-python3}"
USAGE="usage: gpu_photo.sh wheels CARRY PYTHON_VERSION | pack PREPARED SHAPES CARRY | run CARRY OUT [OPTIONS]"
# What such images lack or have too old; each without what it needs, which is there or named here.
MISSING=(jsonargparse docstring-parser typeshed-client simplejpeg filelock)

absolute() { mkdir -p "$1" && (cd "$1" && pwd); }

wheels() {
  local platforms=() each
  for each in manylinux_2_28 manylinux_2_27 manylinux_2_17 manylinux2014 manylinux1; do
    platforms+=(--platform "${each}_x86_64")
  done
  "$PYTHON" -m pip download --no-deps --only-binary=:all: --implementation cp \
    --python-version "$2" "${platforms[@]}" --dest "$(absolute "$1")/wheels" "${MISSING[@]}"
}

pack() {
  local prepared shapes carry
  prepared="$(realpath "$1")" shapes="$(realpath "$2")" carry="$(absolute "$3")"
  cd "$ROOT" && "$PYTHON" -m benchmarks.gpu_pack "$prepared" "$shapes" "$carry"
}

run() {
  local carry out work
  carry="$(absolute "$1")" out="$(absolute "$2")"
  work="$(absolute "${WORK:-${TMPDIR:-/tmp}/norface_gpu_photo}")"
  shift 2
  # The package as a wheel would hold it, of this very checkout: a wheel packed earlier may be old.
  rm -rf "$work/site" && mkdir -p "$work/site/norface_pl"
  ln -s "$ROOT"/src/norface_pl/* "$ROOT/datamodules" "$ROOT/configs" "$work/site/norface_pl/"
  if compgen -G "$carry/wheels/*.whl" > /dev/null; then
    "$PYTHON" -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --upgrade \
      --target "$work/site" "$carry"/wheels/*.whl
  fi
  export PYTHONPATH="$work/site${PYTHONPATH:+:$PYTHONPATH}"
  cd "$ROOT" && "$PYTHON" -m benchmarks.gpu_run "$carry" "$out" --work "$work" "$@"
}

case "${1:-} $#" in
  "wheels 3" | "pack 4") "$@" ;;
  run\ [3-9]* | run\ [1-9][0-9]*) "$@" ;;
  *) echo "$USAGE" >&2; exit 2 ;;
esac
