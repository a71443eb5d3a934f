"""Progress: on standard error, after half a second, gone at the end."""

import pexpect


def test_a_bar_on_a_terminal_that_goes_away(flowenv, fault):
    fault.store.put("/t/k", "value")
    fault.latency_ms = 1500
    child = flowenv.pty("get", "/t/k", env=fault.env)
    child.expect_exact("asking the service")
    child.expect_exact("\033[K")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert child.before.endswith(b"\r\033[Kvalue\r\n")


def test_no_bar_for_what_is_fast(flowenv, fault):
    fault.store.put("/t/k", "value")
    child = flowenv.pty("get", "/t/k", env=fault.env)
    child.expect(pexpect.EOF)
    assert b"asking the service" not in child.before


def test_no_bar_where_nobody_looks(flowenv, fault):
    fault.store.put("/t/k", "value")
    fault.latency_ms = 1000
    result = flowenv("get", "/t/k", env=fault.env, check=0)
    assert (result.out, b"asking the service" in result.err) == (b"value", False)


def test_a_message_is_not_mixed_with_the_bar(flowenv, fault):
    fault.latency_ms = 1500
    child = flowenv.pty("get", "/t/nothing", env=fault.env)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert b"\r\033[Kflowenv: " in child.before
