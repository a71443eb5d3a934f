"""make demo: the main job on the local store, shown; nothing of it stays behind."""

import subprocess
from pathlib import Path

DEMO = Path(__file__).resolve().parents[1] / "demo"


def test_the_demo_shows_the_main_job(local, tmp_path):
    (tmp_path / "tmp").mkdir()
    env = local.environ({"TMPDIR": str(tmp_path / "tmp")})
    done = subprocess.run(["sh", DEMO, local.path], env=env, cwd=local.work, capture_output=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    shown = done.stdout.decode()
    for words in ("$ flowenv put", "$ flowenv list", "$ flowenv export", "$ flowenv exec",
                  "$ flowenv explain", "$ flowenv render lambda", "$ flowenv render vercel",
                  "(exit status 12)", "dev: nothing is missing"):
        assert words in shown, words
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list(local.home.iterdir()) == list(local.work.iterdir()) == []
