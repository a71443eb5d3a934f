"""
The real dotenv 17 and dotenv-expand 12 read the same .env text as flowenv, and get the same values.

Where flowenv departs on purpose (src/text/dotenv.h lists it), the departure has a test of its own,
with what the real ones do beside it.
"""

import base64
import json
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.program import ROOT, SYSTEM_PATH

SCRIPT = ROOT / "tests/support/dotenv.cjs"


class Dotenv:
    """Node with dotenv and dotenv-expand in it, asked over and over."""

    def __init__(self):
        self._node = subprocess.Popen(
            [shutil.which("node"), SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={"PATH": SYSTEM_PATH, "NODE_PATH": str(ROOT / "tests/node_modules")})

    def __call__(self, text, expand=False):
        asked = {"text": base64.b64encode(text).decode(), "expand": expand}
        self._node.stdin.write(json.dumps(asked).encode() + b"\n")
        self._node.stdin.flush()
        return json.loads(self._node.stdout.readline())

    def close(self):
        self._node.stdin.close()
        self._node.wait(10)


@pytest.fixture(scope="module")
def dotenv():
    node = Dotenv()
    yield node
    node.close()


@pytest.fixture
def read(flowenv):
    """What flowenv makes of a text: a function (text, expand) -> {KEY: value}."""
    def read(text, expand=False):
        (flowenv.work / "a.env").write_bytes(text)
        options = [] if expand else ["--no-expand"]
        return json.loads(flowenv.ok("export", "--env-file", "a.env", *options,
                                     "--format", "json"))
    return read


@pytest.fixture
def refusal(flowenv):
    """The sentence with which flowenv refuses a text: a function (text, *options) -> str."""
    def refusal(text, *options):
        (flowenv.work / "a.env").write_bytes(text)
        return flowenv.fails(1, "export", "--env-file", "a.env", *options, "--format", "json")
    return refusal


# --- syntax -------------------------------------------------------------------------------------

SYNTAX = [
    # nothing, and lines that hold nothing
    "", "\n", "\r\n \t\n", "# comment", "  # comment\n#\n", "#A=1", "\ufeff", "\ufeff# c\nA=1",
    # keys
    "A=1", "a=1", "_=1", "A1=1", "1A=1", "a.b=1", "a-b=1", "-=1", ".=1", "A=1\nA=2",
    "A=1\nB=2\nA=", "A =1", "A\t=1", "  A=1", "\tA=1", "\n\n  A=1", "\u00a0A=1", "A\n=1",
    "A \n\n = 1",
    # separators
    "A: 1", "A:\t1", "A:  1", "A:\n1", "A:\nB=2", "A: \nB=2", "A: 'x'", "A:   # c", "A==1",
    "A= =1", "A=:1", "A=b=c", "A=1:2",
    # export
    "export A=1", " export A=1", "export\tA=1", "export  A =1", "export\nA=1", "export=1",
    "export =1", "exportA=1", "export export=1", "export: 1", "export A: 1", "export.a=1",
    # plain values
    "A=", "A= ", "A=\nB=1", "A=one two", "A=  x  ", "A=\tx\t", "A=x y  # c", "A=\\", "A=\\n",
    "A=a\\nb", "A=a\\b", "A=*?[]{}()<>|&;!~^", "A=$B ${B}", "A=\u00e9\u20ac\U0001f600",
    "A=\u00a0x\u3000", "A=\u2003", "A=x\ufeff", "A=x\u200b", "A=x\u0085", "A=x\vy", "A=\fx",
    "A=x\u2028y", "A=1\u2028",
    # comments behind values
    "A=a#b", "A=a #b", "A=#b", "A= #b", "A=https://x/#frag", "A='a'#b", "A='a' #b", "A='a#b'",
    'A="a#b" # c', "A=`a#b`#c", "A=1 # it's\nB=2", 'A=1 # "\nB=2', "A=1 # c\u2028B=2",
    "# c\u2029B=2",
    # quotes
    "A=''", 'A=""', "A=``", "A='x'", 'A="x"', "A=`x`", "A=' x '", 'A="  "', "A= 'x' ",
    "A=\t\"x\"\t", "A='\"'", "A='`'", "A=\"'\"", "A=`'\"`", "A='it''s'", "A='it's'", "A=\"a\"b\"",
    "A='x' y", 'A="x" y', 'A="x" "y"', "A='x'y'z'", "A=x'y'", 'A=x"y"', "A='x'\nB='y'",
    "A=\"x'\"", "A=\n'x'", "A=\n\n \"x\"", "A=\u2028'x'", "A=x\u2028'y'", "A='x'\u2028B=2",
    # quotes over several lines
    "A='x\ny'", 'A="x\ny\n"', "A=`\n`", "A='\n\n'\nB=1", 'A="x\n# no comment\ny" # c',
    "A='x\nB=1\n'", "A=\"-----BEGIN KEY-----\nabc+/=\n-----END KEY-----\n\"", 'A="x\n\'y" # "',
    # escapes
    'A="a\\nb"', 'A="a\\rb"', 'A="a\\tb"', 'A="a\\\\b"', 'A="a\\\\nb"', 'A="\\\\\\n"',
    'A="\\u0041"', 'A="a\\"b"', "A='a\\'b'", "A=`a\\`b`", "A='a\\nb'", "A=`a\\nb`", 'A="\\"',
    'A="C:\\dir\\"\nB=1', "A='\\'\nB=1", 'A="x\\" y" z', 'A="\\"x\\""', 'A="\\\\"', "A=a\\\"b",
    'A="x" y\\nz', 'A="$B\\$C"', 'A="x\\"y\\" # c',
    # line ends
    "A=1\r\nB=2\r\n", "A=1\rB=2", "A=1\r\r\nB=2", "A='x\r\ny'", 'A="x\ry"', "A=1 \r\n",
    "A=\r\nB=1", "A='x'\r\n# c\r\nB='y'", "A=x\\\nB=1",
    # the look of real files
    "# Stripe\nSTRIPE_SECRET_KEY=sk_test_51Hx#y\nexport API_URL='https://a.example/?x=1&y=2#z'\n",
    "DATABASE_URL=\"postgres://u:p%40ss@db:5432/app?sslmode=require\" # main\n\nPORT = 3000\n",
    "JSON={\"a\": [1, \"b\"]}\nXML=<a b=\"c\">d</a>\nLIST=a, b ,c\nEMPTY=\nQUOTED=\"\"\n",
]


@pytest.mark.parametrize("text", SYNTAX)
def test_a_file_means_what_dotenv_says(text, read, dotenv):
    assert read(text.encode()) == dotenv(text.encode())


def test_the_table_is_worth_the_name():
    assert len(SYNTAX) >= 150 and len(set(SYNTAX)) == len(SYNTAX)


def lines_of(keys):
    """Files of assignments in every notation; the text inside quotes may be anything."""
    blank = st.sampled_from(["", " ", "\t", "  ", "\u00a0"])
    inside = st.text(st.sampled_from("ab =#:$\\\n\r\t'\"`nr\u2028\u00a0\u00e9"), max_size=8)
    bare = st.text(st.sampled_from("ab =:$\\\t\u00e9."), max_size=8)
    quoted = st.builds(lambda quote, text: quote + text.replace(quote, "").rstrip("\\") + quote,
                       st.sampled_from("'\"`"), inside)
    comment = st.sampled_from(["", " # c", "#c", " # it's \"c"])
    return st.lists(st.builds(
        "{}{}{}{}{}{}{}{}".format, blank, st.sampled_from(["", "export "]), keys,
        st.sampled_from(["=", " =", "= ", ": "]), blank, st.one_of(bare, quoted), blank, comment),
        max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(lines=lines_of(st.sampled_from(["A", "B", "a.b", "c-d", "export"])),
       end=st.sampled_from(["\n", "\r\n", "\r", "\n\n# c\n"]), mark=st.booleans())
def test_any_file_means_what_dotenv_says(lines, end, mark, read, dotenv):
    text = ("\ufeff" if mark else "") + end.join(lines)
    assert read(text.encode()) == dotenv(text.encode())


@pytest.mark.parametrize("text, place, dotenv_reads", [
    ("A=1\nFOO\nB=2\n", "a.env:2:1", {"A": "1", "B": "2"}),
    ("A=1\n  export FOO\n", "a.env:2:3", {"A": "1"}),
    ("A=1\r\nB:2\r\n", "a.env:2:1", {"A": "1"}),
    ("one two=1\n", "a.env:1:1", {}),
    ("=1\n", "a.env:1:1", {}),
    ("A='x'\n-----BEGIN KEY-----\n", "a.env:2:1", {"A": "x"}),
    ("B=1\nA=\"x\n", "a.env:2:3", {"B": "1", "A": "\"x"}),
    ("A = 'x # y\n", "a.env:1:5", {"A": "'x"}),
    ("A=`x\nB=`y\n", "a.env:1:3", {"A": "`x", "B": "`y"}),
])
def test_what_dotenv_skips_or_misreads_is_an_error_with_its_place(
        text, place, dotenv_reads, refusal, dotenv):
    assert dotenv(text.encode()) == dotenv_reads
    assert f"{place}: " in refusal(text.encode(), "--no-expand")


def test_a_nul_byte_is_an_error_with_its_place(refusal):
    assert "a.env:2:4: " in refusal(b"A=1\nB=x\0y\n", "--no-expand")


# --- expansion ----------------------------------------------------------------------------------

EXPANSION = [
    # references
    "A=1\nB=$A", "A=1\nB=${A}", "A=1\nB=\"$A\"", "A=1\nB=`$A`", "A=1\nB=x${A}y$A-z$A",
    "A=1\nB=$A$A", "A=1\nB=$A\nC=$B", "A=1\nB=${A}${A}", "A_1=1\nB=$A_1", "A=1\nB=$A1",
    "A=1\nB=$Ab", "a=1\nB=$a", "a.b=1\nB=${a.b}", "A=1\nB=$A.$A", "A='x\ny'\nB=$A",
    "A=1\nA=2\nB=$A",
    # what is not there
    "B=$A", "B=${A}", "B=x$A-y", "B=\"${A}\"", "A=\nB=<$A>", "B=$A\nA=1", "B=${A}\nA=1\nC=$B",
    # defaults
    "B=${A:-d}", "B=${A-d}", "A=\nB=${A:-d}", "A=\nB=${A-d}", "A=1\nB=${A:-d}", "A=1\nB=${A-d}",
    "B=${A:-}", "B=${A:-a b c}", "B=\"${A:-a#b}\"", "B=${A:-a-b}", "B=${A-a:-b}", "B=${A:-a+b}",
    "B=${A:-https://x:1/y}", "C=1\nB=${A:-$C}", "C=1\nB=${A:-${C}}", "B=${A:-${C:-d}}",
    "B=${A:-x${C:-d}y}", "C=1\nB=${A:-${C:-d}e}f", "B=${A:-$C}", "B=${B:-x}", "B=${B-x}",
    "A=${B:-1}\nB=$A",
    # alternatives
    "B=${A:+x}", "B=${A+x}", "A=\nB=${A:+x}", "A=\nB=${A+x}", "A=1\nB=${A:+x}", "A=1\nB=${A+x}",
    "A=1\nC=2\nB=${A:+$C}", "A=1\nC=2\nB=${A:+${C}}3", "A=1\nB=${A:+}", "A=1\nB=${A:+a:+b}",
    # what looks like a reference
    "B=$", "B=$ x", "B=$1", "B=${}", "B=${A", "B=${A:-{x}}", "B={A}", "B=$-", "B=a$", "B=$$",
    "B=pa$$w0rd", "A=1\nB=$$A", "B=${A:?e}", "B=${A=1}", "B=${A B}", "B=${A:=1}", "B=$(id)",
    "B=`id`", "B=$(echo x)$", "B=}", "B=${A}}", "A=1\nB=${A}}",
    # escapes
    "B=\\$A", "B=\\${A}", "A=1\nB=\"\\$A\"", "A=1\nB=\\\\$A", "B=a\\$b\\$c", "B=\\$", "B=\\$$",
    "B=x\\y",
]


@pytest.mark.parametrize("text", EXPANSION)
def test_references_mean_what_dotenv_expand_says(text, read, dotenv):
    assert read(text.encode(), expand=True) == dotenv(text.encode(), expand=True)


def words(names, depth=2):
    """Values with references to names; nothing that a second look could take for a reference."""
    text = st.text(st.sampled_from("xyz -+:/.9="), max_size=3)
    name = st.sampled_from(names)
    kinds = [text, st.builds("${}/".format, name), st.builds("${{{}}}".format, name)]
    if depth > 0:
        kinds.append(st.builds("${{{}{}{}}}".format, name, st.sampled_from([":-", "-", ":+", "+"]),
                               words(names, depth - 1)))
    return st.lists(st.one_of(kinds), max_size=3).map("".join)


@st.composite
def files_of_references(draw):
    """Names in order, each with references to those before it, to itself or to none."""
    names = ["A", "B", "C", "D", "E"][:draw(st.integers(1, 5))]
    return "".join(
        f'{name}="{draw(words(["NONE", *names[:i]]))}"\n' for i, name in enumerate(names))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(text=files_of_references())
def test_any_references_mean_what_dotenv_expand_says(text, read, dotenv):
    assert read(text.encode(), expand=True) == dotenv(text.encode(), expand=True)


@pytest.mark.parametrize("text, ours, theirs", [
    ("A=1\nB='$A'", "$A", "1"),
    ("A=1\nB='\\$A'", "\\$A", "$A"),
    ("W=no\nA=pa\\$W\nB=x$A", "xpa$W", "xpano"),
    ("A='x$$y'\nB=<$A>", "<x$$y>", "<x$>"),
    ("A=1\nB=\\$A $A", "$A 1", "\\1 1"),
    ("W=no\nA=W\nB=${${A}}", "${W}", "no"),
])
def test_references_are_read_once_and_single_quotes_are_literal(text, ours, theirs, read, dotenv):
    assert dotenv(text.encode(), expand=True)["B"] == theirs
    assert read(text.encode(), expand=True)["B"] == ours


@pytest.mark.parametrize("text, names", [
    ("A=$A", "A -> A"), ("A=${B}\nB=${A}", "A -> B -> A"),
    ("A=$B\nB=$C\nC=x$A", "A -> B -> C -> A"),
])
def test_a_cycle_names_its_keys(text, names, refusal):
    assert f"refers to itself: {names}" in refusal(text.encode())


def test_the_environment_is_not_asked(flowenv):
    (flowenv.work / "a.env").write_text("A=<$FROM_OUTSIDE>\nB=own\n")
    out = flowenv.ok("export", "--env-file", "a.env", "--format", "json",
                     env={"FROM_OUTSIDE": "no", "B": "no"})
    assert json.loads(out) == {"A": "<>", "B": "own"}


def test_files_refer_to_each_other_and_the_first_one_wins(flowenv):
    (flowenv.work / "a.env").write_text("URL=http://$HOST:$PORT\nPORT=1\n")
    (flowenv.work / "b.env").write_text("HOST=h\nPORT=2\nAGAIN=$URL\n")
    out = flowenv.ok("export", "--env-file", "a.env", "--env-file", "b.env", "--format", "json")
    assert json.loads(out) == {"URL": "http://h:", "PORT": "1", "HOST": "h",
                               "AGAIN": "http://h:"}


# --- limits -------------------------------------------------------------------------------------

def test_ten_thousand_names_are_read_and_one_more_is_not(read, refusal):
    text = b"".join(b"KEY_%d=%d\n" % (i, i) for i in range(10000))
    assert len(read(text, expand=True)) == 10000
    assert "a.env:10001:1: " in refusal(text + b"ONE_MORE=1\n")


@pytest.mark.parametrize("pattern", [
    b'A="\n', b'A="x\\"\n', b"A='`\"\n", b"A=\n\n\n", b"A='\\' \\' \n", b"A=x\xe2\x80\xa8'\n"])
def test_hostile_quotes_end_soon(pattern, flowenv):
    (flowenv.work / "a.env").write_bytes(pattern * (1024 * 1024 // len(pattern)))
    flowenv("export", "--env-file", "a.env", "--format", "json", timeout=5)


def test_references_that_grow_without_end_are_refused(refusal):
    text = b"A0=xxxxxxxx\n" + b"".join(b"A%d=$A%d$A%d\n" % (i, i - 1, i - 1) for i in range(1, 60))
    assert "a.env:18: A17: " in refusal(text)
