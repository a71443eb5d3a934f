"""
What the tests of the commands share.

    local    the program with FLOWENV_STORE=local      support/local.py
    shop     the same in a small project of three stages; prod is protected
"""

import pytest

from support.local import SHOP, LocalProgram


@pytest.fixture
def local(flowenv):
    program = LocalProgram(flowenv.home, flowenv.work, flowenv.path)
    yield program
    program.close()


@pytest.fixture
def shop(local):
    local.write("flowenv.ini", SHOP)
    return local
