import pytest

from support.ssm import Ssm


@pytest.fixture
def ssm(tmp_path):
    """The SSM store without the program; see support/ssm.py."""
    return Ssm(tmp_path)
