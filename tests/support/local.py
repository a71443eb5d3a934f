"""The program on its embedded store, and a small project for it."""

import os

from .program import Program

SHOP = """\
[project]
name = shop
prefix = /shop/{stage}
default_stage = dev
store = local

[stage.dev]
sources = dotenv, local

[stage.staging]
sources = local

[stage.prod]
sources = local
protected = yes

[target.backend]
kind = serverless
keys = *, !VITE_*
file = env.{stage}.json

[target.web]
kind = vercel
keys = VITE_*

[require]
STRIPE_SECRET_KEY = secret, prefix:sk_
"""


class LocalProgram(Program):
    """The program on its embedded store, and shorthands for what many tests need."""

    def environ(self, env=None):
        return super().environ({"FLOWENV_STORE": "local", **(env or {})})

    def put(self, name, value, *options, **more):
        return self.ok("put", name, *options, input=value, **more)

    def write(self, name, text, mode=0o600):
        """A file in the current folder."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        return path
