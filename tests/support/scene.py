"""A stage whose values are canaries, on the embedded store or on SSM, and every command."""

from .local import SHOP, LocalProgram
from .program import Program


class Scene:
    """
    A stage `dev` whose three values are known only to `canary`.

    program    a Program whose environment leads to the store, with credentials that are canaries
    secrets    values of the stage, of its .env file included
    tokens     the credentials
    ENTRIES    (command line, standard input) of every command that there is; NEW in the input
               stands for a new canary
    """

    PATH = "/shop/dev/stripe/secret-key"
    NEW = object()
    ENTRIES = [
        (["get", PATH], b""),
        (["get", "--json", PATH], b""),
        (["list", "/shop/dev"], b""),
        (["list", "/shop/dev", "--values"], b""),
        (["history", PATH], b""),
        (["history", PATH, "--values", "--json"], b""),
        (["put", PATH], NEW),
        (["put", "--type", "String", "/shop/dev/plain"], NEW),
        (["put", "--dry-run", PATH], NEW),
        (["export", "--stage", "dev"], b""),
        (["export", "--prefix", "/shop/dev", "--format", "json"], b""),
        (["exec", "--stage", "dev", "--", "true"], b""),
        (["explain", "STRIPE_SECRET_KEY"], b""),
        (["status"], b""),
        (["check", "--stage", "dev"], b""),
        (["render", "lambda", "--stage", "dev"], b""),
        (["render", "backend", "--stage", "dev", "--stdout"], b""),
        (["render", "vercel", "--stage", "dev"], b""),
        (["refresh"], b""),
        (["init", "--dry-run"], b""),
        (["init"], b""),
        (["rm", "--yes", "1", "/shop/dev/api/token"], b""),
        (["version"], b""),
        (["help"], b""),
        (["completion", "bash"], b""),
        (["completion", "--words", "STAGE"], b""),
        (["status", "--json"], b""),
        (["check", "--stage", "dev", "--json"], b""),
        (["explain", "FROM_FILE", "--json"], b""),
    ]
    SHOWING = {"get", "export", "render"}  # and --values: their answer is the value

    def __init__(self, program, canary):
        self.program, self.canary = program, canary
        self.secrets, self.tokens = [], []

    def fill(self, put):
        for name in ("stripe/secret-key", "api/token"):
            value = self.canary("sk_")
            self.secrets.append(value)
            put(f"/shop/dev/{name}", value)
        self.secrets.append(self.canary())
        self.program.write(".env", f"FROM_FILE={self.secrets[-1]}\n"
                           f"VITE_PUBLIC={self.secrets[-1]}\n")
        self.program.write(".env.example", "STRIPE_SECRET_KEY=\nFROM_FILE=\n")

    def input(self, given):
        """Standard input of an entry."""
        return self.canary("sk_").encode() if given is self.NEW else given

    @classmethod
    def shows(cls, args):
        return args[0] in cls.SHOWING or "--values" in args


class CloudProgram(LocalProgram):
    """The program on an SSM endpoint."""

    def __init__(self, home, work, path, env):
        super().__init__(home, work, path)
        self.cloud = env

    def environ(self, env=None):
        return Program.environ(self, {**self.cloud, **(env or {})})


def local_scene(flowenv, canary):
    program = LocalProgram(flowenv.home, flowenv.work, flowenv.path)
    program.write("flowenv.ini", SHOP)
    scene = Scene(program, canary)
    scene.fill(program.put)
    return scene


def cloud_scene(flowenv, canary, server):
    env = {**server.env, "AWS_SECRET_ACCESS_KEY": canary("aws"), "AWS_SESSION_TOKEN": canary("tok")}
    program = CloudProgram(flowenv.home, flowenv.work, flowenv.path, env)
    program.write("flowenv.ini", SHOP.replace("local", "ssm"))
    scene = Scene(program, canary)
    scene.tokens = [env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"]]
    scene.server = server
    scene.fill(server.store.put)
    return scene
