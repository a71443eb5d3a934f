"""
What the tests of the threats share (the numbers in their names are those of the threat model).

    shop    the program in a small project on the embedded store     support/local.py
    scene   a stage of canaries, once on the embedded store and once on SSM     support/scene.py
    cloud   the second of them; its server is the fixture `fault`
"""

import pytest

from support.local import SHOP, LocalProgram
from support.scene import cloud_scene, local_scene


@pytest.fixture
def shop(flowenv):
    program = LocalProgram(flowenv.home, flowenv.work, flowenv.path)
    program.write("flowenv.ini", SHOP)
    yield program
    program.close()


@pytest.fixture(params=["local", "ssm"])
def scene(request, flowenv, canary):
    if request.param == "local":
        made = local_scene(flowenv, canary)
    else:
        made = cloud_scene(flowenv, canary, request.getfixturevalue("fault"))
    yield made
    made.program.close()


@pytest.fixture
def cloud(flowenv, canary, fault):
    made = cloud_scene(flowenv, canary, fault)
    yield made
    made.program.close()
