"""The rules of the house: kept in this tree, and missed in one where they are broken."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECK = ROOT / "tests/house/check"
UNFINISHED = "TO" + "DO"

HEADER = """#ifndef FLOW_{guard}_H
#define FLOW_{guard}_H
{body}
#endif
"""

# A file, what stands in it, and what is said of it.
BREACHES = [
    ("src/base/a.c", '#include "text/b.h"\n', 'src/base/a.c:1: "text/b.h" is not below base'),
    ("src/text/a.c", '\n#include "crypto/b.h"\n', 'src/text/a.c:2: "crypto/b.h" is not below text'),
    ("src/ops/a.c", '#include "cmd/b.h"\n', '"cmd/b.h" is not below ops'),
    ("include/flowenv/a.h", '#include "base/b.h"\n', '"base/b.h" is not below flowenv'),
    ("src/base/a.c", '#include "b.h"\n', '"b.h" does not show its floor'),
    ("src/text/a.c", "#include <curl/curl.h>\n", "<curl/curl.h> comes in by another door"),
    ("src/text/a.c", "#include <sodium.h>\n", "<sodium.h> comes in by another door"),
    ("src/crypto/seal.c", "#include <openssl/evp.h>\n", "<openssl/evp.h> comes in by another door"),
    ("src/base/a.c", "void f(char *a)\n{\n    strcpy(a, a);\n}\n", "a.c:3: strcpy() is banned"),
    ("tests/unit/a.c", "int i = atoi(s);\n", "atoi() is banned"),
    ("src/base/a.c", "void f(void)\n{\n    printf (\"x\");\n}\n", "a.c:3: printf() is banned"),
    ("cmd/a.c", "int x = prctl(4, 0);\n", "prctl belongs in a file named *_linux.c"),
    ("cmd/a.c", "#define _GNU_SOURCE\n", "_GNU_SOURCE belongs in a file named *_linux.c"),
    ("cmd/a.c", 'int x = open("/proc/self/exe", 0);\n', "belongs in a file named *_linux.c"),
    ("src/ops/a.c", 'f(flow_err_set(err, 1, "%s", (char *)entry->value.at));\n',
     "a value goes into formatted text"),
    ("cmd/a.c", 'printf("%s\\n",\n       flow_secret_expose(secret, &len));\n',
     "cmd/a.c:1: a value goes into formatted text"),
    ("src/base/a.h", HEADER.format(guard="BASE_B", body=""), "the include guard is not FLOW_BASE_A_H"),
    ("src/base/a.h", HEADER.format(guard="BASE_A", body="size_t f(void);"),
     "src/base/a.h:1: does not compile alone: "),
    ("src/base/a.c", f"/* {UNFINISHED}: later */\n", f"{UNFINISHED} is left"),
    ("src/base/a.c", "\n" * 501, "is longer than 500 lines"),
    ("src/base/lock_and_key.c", "", "is two things, as its name says"),
    ("notes/a.txt", "", "notes:1: does not belong at the top of the tree"),
]

# What looks like a breach and is none.
ALLOWED = [
    ("src/text/a.c", '#include "base/b.h"\n#include "text/c.h"\n'),
    ("cmd/a.c", '#include "ops/b.h"\n#include "cmd/c.h"\n#include <stdio.h>\n'),
    ("src/ops/flowenv.c", '#include "flowenv/flowenv.h"\n'),
    ("src/net/http.c", "#include <curl/curl.h>\n"),
    ("src/base/a.c", '/* strcpy(a, b), prctl() */ const char *s = "strcpy(a) // \\" prctl(";\n'),
    ("src/base/a.c", "int n = snprintf(a, 1, b); table->exit(x); my_strcpy(a);\n"),
    ("cmd/a_linux.c", "#define _GNU_SOURCE\nint x = prctl(4, 0);\n"),
    ("src/ops/a.c", 'flow_err_set(err, 1, "%s", key); use(entry->value.at);\n'),
    ("src/base/a.h", HEADER.format(guard="BASE_A", body="int f(void);")),
    ("src/base/standard.c", "\n" * 500),
    ("tests/unit/test_a.c", "\n" * 501),
    ("tests/node_modules/x/a.c", f"strcpy(a, b); /* {UNFINISHED} */\n"),
]


def check(tree):
    result = subprocess.run([CHECK, tree], capture_output=True, text=True)
    assert result.stderr == ""
    return result.returncode, result.stdout


def tree_of(tmp_path, name, text):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return tmp_path


def test_the_rules_are_kept_here():
    assert check(ROOT) == (0, "")


@pytest.mark.parametrize(("name", "text", "sentence"), BREACHES)
def test_a_breach_is_named(tmp_path, name, text, sentence):
    status, said = check(tree_of(tmp_path, name, text))
    assert status == 1
    assert sentence in said


@pytest.mark.parametrize(("name", "text"), ALLOWED)
def test_what_keeps_the_rules_is_left_alone(tmp_path, name, text):
    assert check(tree_of(tmp_path, name, text)) == (0, "")
