"""SSM written: nothing overwritten unseen, no answer lost, limits checked before the request."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import faults
from support.ssm import names


def test_a_new_parameter_does_not_replace_one_that_is_there(ssm, fault, canary):
    fault.store.load({"/t/dev/a": "theirs"})
    said = ssm.fails("EXISTS", fault, "put", "/t/dev/a", "SecureString", 0, value=canary())
    assert "/t/dev/a: PutParameter answered ParameterAlreadyExists" in said
    assert "nothing was changed" in said and fault.store.value("/t/dev/a") == "theirs"
    canary.absent(said)


def test_only_the_version_that_was_seen_is_replaced(ssm, fault):
    fault.store.load({"/t/dev/a": "one"})
    assert ssm.ok(fault, "put", "/t/dev/a", "SecureString", 1, value="two") == [{"version": 2}]
    said = ssm.fails("CONFLICT", fault, "put", "/t/dev/a", "SecureString", 1, value="three")
    assert "version 1 was seen, and version 2 is there now; nothing was changed" in said
    assert fault.store.value("/t/dev/a") == "two"
    fault.store.remove("/t/dev/a")
    said = ssm.fails("CONFLICT", fault, "put", "/t/dev/a", "SecureString", 2, value="three")
    assert "it is gone now" in said and fault.store.version("/t/dev/a") == 0


def test_a_second_writer_between_look_and_write_is_seen_in_the_version(ssm, fault):
    fault.store.load({"/t/dev/a": "one"})
    fault.inject(faults.before(lambda store: store.put("/t/dev/a", "theirs")), "PutParameter")
    said = ssm.fails("CONFLICT", fault, "put", "/t/dev/a", "SecureString", 1, value="ours")
    assert "stored as version 3 where 2 was to be" in said and "flowenv history /t/dev/a" in said


def test_a_second_writer_at_every_step_is_never_overwritten_unseen(ssm, fault):
    """A thousand writes; in each the second writer comes before or after our look or our write."""
    steps = list(itertools.islice(itertools.cycle(
        itertools.product((0, 1, 5), ("GetParameter", "PutParameter"), ("before", "after"))), 1000))
    steps = {f"/t/dev/p{i}": step for i, step in enumerate(steps)}

    async def interfere(exchange):
        name, operation = exchange.request.body["Name"], exchange.request.operation
        _, step, moment = steps[name]
        if (step, moment) == (operation, "before"):
            exchange.server.store.put(name, "theirs")
        answer = exchange.execute()
        if (step, moment) == (operation, "after"):
            exchange.server.store.put(name, "theirs")
        await exchange.send(*answer)

    def write(name):
        seen, step, moment = steps[name]
        for i in range(seen):
            fault.store.put(name, f"old {i}")
        status, answer, error = ssm.run(fault, "put", name, "SecureString", seen, value="ours")
        came_first = (step, moment) != ("PutParameter", "after") and (seen or step != "GetParameter")
        assert (status == 1) == bool(came_first), (steps[name], answer, error)
        history = fault.store.call("GetParameterHistory", {"Name": name, "WithDecryption": True})
        values = [version["Value"] for version in history["Parameters"]]
        assert values[:seen] == [f"old {i}" for i in range(seen)]
        if came_first and "ours" in values:
            assert f"stored as version {values.index('ours') + 1} where" in error
        assert values.count("ours") <= 1 and values.count("theirs") <= 1

    fault.inject(interfere)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, steps))


@pytest.mark.parametrize("kept, given, sent", [
    ("alias/own", None, "alias/own"), ("alias/own", "alias/new", "alias/new"),
    ("alias/aws/ssm", None, None)])
def test_a_new_version_keeps_the_key_of_the_one_before(ssm, fault, kept, given, sent):
    for version in range(60):  # the newest is not on the first page
        fault.store.call("PutParameter", {
            "Name": "/t/dev/a", "Value": f"v{version}", "Type": "SecureString", "Overwrite": True,
            "KeyId": kept if version == 59 else "alias/old"})
    extra = ["", given] if given else []
    ssm.ok(fault, "put", "/t/dev/a", "SecureString", 60, *extra, value="new")
    assert fault.calls("PutParameter")[-1].body.get("KeyId") == sent


def test_a_key_that_cannot_be_seen_is_asked_for_and_nothing_is_changed(ssm, fault):
    fault.store.put("/t/dev/a", "old")
    fault.inject(faults.denied("ssm:GetParameterHistory"), "GetParameterHistory")
    said = ssm.fails("DENIED", fault, "put", "/t/dev/a", "SecureString", 1, value="new")
    assert "KMS key of its own can't be seen" in said and "--key-id" in said
    assert fault.store.version("/t/dev/a") == 1 and not fault.calls("PutParameter")
    ssm.ok(fault, "put", "/t/dev/a", "SecureString", 1, "", "alias/aws/ssm", value="new")


@pytest.mark.parametrize("replaces", [0, 1])
@pytest.mark.parametrize("share", [None, 0.5])
def test_a_lost_answer_is_looked_for_not_written_again(ssm, fault, replaces, share):
    if replaces:
        fault.store.load({"/t/dev/a": "old"})
    fault.inject(faults.cut(share, applied=True), "PutParameter", count=1)
    answer = ssm.ok(fault, "put", "/t/dev/a", "SecureString", replaces, value="new")
    assert answer == [{"version": replaces + 1}]
    assert fault.store.version("/t/dev/a") == replaces + 1
    assert len(fault.calls("PutParameter")) == 1


@pytest.mark.parametrize("replaces", [0, 1])
@pytest.mark.parametrize("fault_kind", [faults.cut(None, applied=False),
                                        faults.cut(None, applied=False, reset=True),
                                        faults.html(500), faults.html(503)],
                         ids=["cut", "reset", "500", "503"])
def test_a_write_that_did_not_arrive_is_repeated(ssm, fault, replaces, fault_kind):
    if replaces:
        fault.store.load({"/t/dev/a": "old"})
    fault.inject(fault_kind, "PutParameter", count=2)
    ssm.ok(fault, "put", "/t/dev/a", "SecureString", replaces, value="new")
    assert (fault.store.value("/t/dev/a"), fault.store.version("/t/dev/a")) == ("new", replaces + 1)


def test_a_lost_answer_and_a_second_writer_is_a_conflict(ssm, fault):
    async def lose(exchange):
        exchange.execute()
        exchange.server.store.put("/t/dev/a", "theirs")
        exchange.close()
    fault.inject(lose, "PutParameter", count=1)
    said = ssm.fails("CONFLICT", fault, "put", "/t/dev/a", "SecureString", 0, value="ours")
    assert "somebody else wrote too: version 2 is there now" in said
    assert "nothing was changed" not in said and fault.store.version("/t/dev/a") == 2


def test_a_write_that_arrives_late_and_again_is_ours_twice_and_no_conflict(ssm, fault):
    fault.store.load({"/t/dev/a": "old"})
    fault.inject(faults.cut(None, applied=False), "PutParameter", count=1)
    fault.inject(faults.before(lambda store: store.put("/t/dev/a", "new")), "PutParameter")
    assert ssm.ok(fault, "put", "/t/dev/a", "SecureString", 1, value="new") == [{"version": 3}]


def test_a_write_that_never_arrives_says_that_nothing_was_changed(ssm, fault, canary):
    fault.inject(faults.cut(None, applied=False), "PutParameter")
    said = ssm.fails("UNREACHABLE", fault, "put", "/t/dev/a", "SecureString", 0, value=canary())
    assert said.startswith("/t/dev/a: ") and "nothing was changed" in said
    assert len(fault.calls("PutParameter")) == 5
    canary.absent(said)


def test_a_write_whose_fate_is_not_known_says_so(ssm, fault, canary):
    fault.inject(faults.cut(None, applied=True), "PutParameter")
    fault.inject(faults.html(503), "GetParameter")
    said = ssm.fails("UNREACHABLE", fault, "put", "/t/dev/a", "SecureString", 0, value=canary())
    assert "whether it was stored is not known" in said
    canary.absent(said)


def test_writes_are_paced_and_throttled_ones_all_arrive(ssm, fault):
    fault.limit_rate(3, burst=20, operations=["PutParameter"])
    ssm.ok(fault, "puts", *names(44))
    assert fault.store.names() == names(44)
    assert len(fault.calls("PutParameter")) < 1.5 * 44


def test_a_lost_answer_to_a_removal(ssm, fault):
    fault.store.load({name: "v" for name in names(4)})
    fault.inject(faults.cut(None, applied=True), "DeleteParameters", count=1)
    assert all(each["removed"] for each in ssm.ok(fault, "rm", *names(4)))
    assert len(fault.calls("DeleteParameters")) == 1

    fault.store.load({name: "v" for name in names(4)})
    fault.inject(faults.cut(None, applied=False), "DeleteParameters", count=1)
    assert all(each["removed"] for each in ssm.ok(fault, "rm", *names(4)))
    assert fault.store.names() == []


def test_a_removal_that_fails_half_way_says_what_is_done(ssm, fault):
    fault.store.load({name: "v" for name in names(15)})
    fault.inject(faults.denied("ssm:DeleteParameters"), "DeleteParameters", first=2)
    ssm.fails("DENIED", fault, "rm", *names(15), answer=[
        {"name": name, "removed": i < 10} for i, name in enumerate(names(15))])


@pytest.mark.parametrize("size, tier, code, says", [
    (4096, "", None, None),
    (4097, "", "LIMIT", "--tier Advanced takes 8192"),
    (4097, "Standard", "LIMIT", "SSM stores 4096 in the Standard tier"),
    (8192, "Advanced", None, None),
    (8192, "Intelligent-Tiering", None, None),
    (8193, "Advanced", "LIMIT", "SSM stores 8192 in the Advanced tier"),
    (1, "Gold", "USAGE", "a tier is Standard, Advanced or Intelligent-Tiering"),
    (0, "", "USAGE", "no empty value"),
])
def test_limits_of_a_value(ssm, fault, size, tier, code, says):
    args = fault, "put", "/t/dev/a", "SecureString", 0, tier
    if code is None:
        ssm.ok(*args, value="v" * size)
        assert fault.store.value("/t/dev/a") == "v" * size
    else:
        assert says in ssm.fails(code, *args, value="v" * size)
        assert not fault.calls()


@pytest.mark.parametrize("name, value, kind, key, code, says", [
    ("/t/dev/a b", "v", "String", "", "USAGE", "is not allowed"),
    ("t/dev/a", "v", "String", "", "USAGE", "begins with a slash"),
    ("/t/../a", "v", "String", "", "USAGE", "which is no name"),
    ("/aws/a", "v", "String", "", "USAGE", "for itself"),
    ("/t/dev/a", "see {{ssm:/t/dev/b}}", "String", "", "USAGE", "{{...}}"),
    ("/t/dev/a", b"a\0b", "String", "", "USAGE", "NUL byte"),
    ("/t/dev/a", b"\xff\xfe", "String", "", "FORMAT", "UTF-8"),
    ("/t/dev/a", "v", "String", "alias/mine", "USAGE", "only a SecureString takes a KMS key"),
])
def test_what_ssm_would_refuse_is_not_sent(ssm, fault, name, value, kind, key, code, says):
    said = ssm.fails(code, fault, "put", name, kind, 0, "", key, value=value)
    assert says in said and name in said and not fault.calls()


def test_words_of_the_service_that_quote_the_value_are_passed_on_without_it(ssm, fault, canary):
    fault.inject(faults.quoting(), "PutParameter")
    secret = canary()
    said = ssm.fails("USAGE", fault, "put", "/t/dev/a", "SecureString", 0, value=secret)
    assert "ValidationException: 1 validation error detected" in said and "request id " in said
    canary.absent(said)
