import numpy as np
import pandas as pd
import pytest

from norface_pl.analysis.peers import to_openface, to_pyfeat


def table(**values):
    """Two frames of a film, the second one without a face."""
    columns = {
        "source": ["a.mp4"] * 2,
        "frame": [0, 1],
        "time_s": [0.0, 0.04],
        "face": pd.array([0, None], "Int64"),
        "x0": [10.0, np.nan],
        "y0": [20.0, np.nan],
        "x1": [50.0, np.nan],
        "y1": [80.0, np.nan],
        "score": [0.9, np.nan],
        "yaw": [30.0, np.nan],
        "pitch": [0.0, np.nan],
        "roll": [0.0, np.nan],
        "doubt": ["", None],
    }
    return pd.DataFrame(columns | {name: [value, np.nan] for name, value in values.items()})


def test_openface_has_its_names_and_numbers():
    found = to_openface(table(AU01=0.4, AU43=0.9), {"AU01": 0.3})
    assert list(found) == [
        *("frame", "face_id", "timestamp", "confidence", "success"),
        *("pose_Rx", "pose_Ry", "pose_Rz", "AU01_c", "AU45_c"),
    ]
    assert found["frame"].tolist() == [1, 2]
    assert found["success"].tolist() == [1, 0]
    assert found["confidence"].tolist() == [0.9, 0.0]
    assert found["AU01_c"].tolist()[0] == 1
    assert found["AU45_c"].isna().tolist() == [False, True]
    assert to_openface(table(AU01=0.4))["AU01_c"].tolist()[0] == 0


@pytest.mark.parametrize(
    ("name", "axis", "sign"),
    [("yaw", "pose_Ry", -1), ("pitch", "pose_Rx", -1), ("roll", "pose_Rz", 1)],
)
def test_openface_looks_down_and_to_the_left_with_positive_angles(name, axis, sign):
    turned = table().assign(yaw=0.0, pitch=0.0, roll=0.0).assign(**{name: 20.0})
    angles = to_openface(turned)[["pose_Rx", "pose_Ry", "pose_Rz"]].iloc[0]
    assert angles[axis] == pytest.approx(sign * np.radians(20))
    assert angles.drop(axis).abs().max() == pytest.approx(0, abs=1e-12)


def test_openface_angles_are_the_same_head():
    pose = to_openface(table().assign(pitch=20.0, roll=10.0)).iloc[0]
    x, y, z = pose[["pose_Rx", "pose_Ry", "pose_Rz"]].to_numpy(float)
    # Its own matrix (Euler2RotationMatrix), on a nose that points to the camera.
    nose = -np.array([np.sin(y), -np.cos(y) * np.sin(x), np.cos(x) * np.cos(y)])
    yaw, pitch, roll = np.radians([30, 20, 10])
    # Ours: yaw, then pitch, then roll; x to the right, y down.
    across, up = np.sin(yaw), np.sin(pitch) * np.cos(yaw)
    right, down = (
        np.cos(roll) * across + np.sin(roll) * up,
        np.sin(roll) * across - np.cos(roll) * up,
    )
    assert nose[:2] == pytest.approx([right, down])
    assert np.cos(z) > 0


def test_intensities_are_intensities_and_occur_from_a_trace_on():
    found = to_openface(table(AU12_intensity=1.2, AU04_intensity=0.9)).iloc[0]
    assert found[["AU12_r", "AU12_c", "AU04_r", "AU04_c"]].tolist() == [1.2, 1, 0.9, 0]
    assert to_pyfeat(table(AU12_intensity=2.5)).iloc[0]["AU12"] == 0.5


def test_pyfeat_has_its_names_and_numbers():
    found = to_pyfeat(table(AU01=0.4, p_anger=0.2, p_neutral=0.8))
    assert list(found) == [
        *("input", "frame", "approx_time", "FaceRectX", "FaceRectY", "FaceRectWidth"),
        *("FaceRectHeight", "FaceScore", "Pitch", "Roll", "Yaw", "AU01", "anger", "neutral"),
    ]
    assert found.iloc[0][["FaceRectX", "FaceRectWidth", "FaceRectHeight"]].tolist() == [10, 40, 60]
    assert found.iloc[0][["Yaw", "AU01", "anger"]].tolist() == [30, 0.4, 0.2]
