import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from facexlib.detection.retinaface import RetinaFace, generate_config
    from facexlib.detection.retinaface_utils import PriorBox

from norface_pl.errors import NorfaceError
from norface_pl.faces.retinaface import RetinaFaceDetector, prior_boxes


@pytest.fixture(scope="module")
def reference() -> RetinaFace:
    torch.manual_seed(0)
    network = RetinaFace("mobile0.25", device=torch.device("cpu"))
    # Random weights, brought to life: calibrated batch norms, and scores on both sides of 0.5.
    network.train()
    with torch.no_grad():
        for _ in range(20):
            network(127 * torch.randn(2, 3, 96, 96))
        for head in network.ClassHead:
            head.conv1x1.weight.normal_()
    return network.eval()


@pytest.fixture(scope="module")
def weights(reference: RetinaFace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "detector.pth"
    # The published file was saved from DataParallel.
    torch.save({f"module.{name}": value for name, value in reference.state_dict().items()}, path)
    return path


@pytest.mark.parametrize("shape", [(64, 64), (77, 133)])
def test_prior_boxes_equal_facexlibs(shape: tuple[int, int]) -> None:
    expected = PriorBox(generate_config("mobile0.25"), shape).forward()
    torch.testing.assert_close(prior_boxes(*shape), expected, rtol=0, atol=1e-6)


def test_detection_equals_facexlibs(reference: RetinaFace, weights: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (96, 130, 3), dtype=np.uint8)
    with torch.no_grad():
        rows = reference.detect_faces(np.ascontiguousarray(image[:, :, ::-1]), 0.5, 0.4)
    faces = RetinaFaceDetector(weights, threshold=0.5).detect(image)
    assert len(faces) == len(rows) > 0
    areas = [face.area for face in faces]
    assert areas == sorted(areas, reverse=True)
    order = np.argsort([face.score for face in faces])
    ours = np.array([[*f.box, f.score, *f.landmarks.ravel()] for f in (faces[i] for i in order)])
    np.testing.assert_allclose(ours, rows[np.argsort(rows[:, 4])], atol=1e-3)


@pytest.mark.parametrize("together", [1, 2])
def test_a_batch_of_several_sizes_equals_picture_by_picture(weights: Path, together: int) -> None:
    random = np.random.default_rng(0)
    shapes = [(64, 64), (48, 80), (64, 64), (64, 64), (80, 80)]
    images = [random.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in shapes]
    detector = RetinaFaceDetector(weights, threshold=0.5)
    detector.together = together
    for image, faces in zip(images, detector.detect_batch(images), strict=True):
        alone = detector.detect(image)
        assert len(faces) == len(alone) > 0
        for one, other in zip(faces, alone, strict=True):
            np.testing.assert_allclose(one.landmarks, other.landmarks, atol=1e-3)
            np.testing.assert_allclose(one.score, other.score, atol=1e-5)
    assert detector.detect_batch([]) == []


def test_no_face_is_an_empty_list(weights: Path) -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    assert RetinaFaceDetector(weights, threshold=0.9999).detect(image) == []


def test_weights_of_another_network_are_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="not a RetinaFace resnet50 network"):
        RetinaFaceDetector(weights, size="resnet50")
    other = tmp_path / "other.pth"
    torch.save({"linear.weight": torch.zeros(2, 2)}, other)
    with pytest.raises(NorfaceError, match="other.pth is not a RetinaFace mobile0.25 network"):
        RetinaFaceDetector(other)
    torch.save(torch.zeros(3), other)
    with pytest.raises(NorfaceError, match="no table of weights"):
        RetinaFaceDetector(other)
