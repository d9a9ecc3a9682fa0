"""Suites one after another, or side by side where they mostly wait."""

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from tests.suites import saved
from tests.suites.session import HOST, Result, Session, say
from tests.tiers import LANES, SUITES, Stand, Suite

PULSE = 30  # seconds between two lines that say what runs


def alone(session: Session, suites: Sequence[Suite]) -> list[Result]:
    """Run suites one after another, and show what they say."""
    results = []
    for suite in suites:
        say(f"== {suite.name}")
        results.append(session.attempt(suite, say))
    return results


def together(session: Session, suites: Sequence[Suite]) -> list[Result]:
    """Run suites side by side, the longest first, and show each when it has ended."""
    begun, results = dict[str, float](), list[Result]()

    def start(suite: Suite) -> Result:
        say(f"-- {suite.name} begins")
        begun[suite.name] = time.monotonic()
        result = session.attempt(suite, len)
        del begun[suite.name]
        return result

    with ThreadPoolExecutor(LANES) as lanes:
        longest = sorted(suites, key=lambda suite: -suite.budget)
        pending: set[Future[Result]] = {lanes.submit(start, suite) for suite in longest}
        try:
            while pending:
                done, pending = wait(pending, PULSE, FIRST_COMPLETED)
                for one in done:
                    results.append(one.result())
                    say("\n".join((f"== {results[-1].suite.name}", *results[-1].lines)))
                if not done:
                    now = time.monotonic()
                    running = (
                        f"{name} for {now - then:.0f} s" for name, then in list(begun.items())
                    )
                    say(f"-- {', '.join(running)}")
        except BaseException:
            session.programs.stop()
            for one in pending:
                one.cancel()
            raise
    return results


def run(session: Session, suites: Sequence[Suite]) -> list[Result]:
    """Run suites, first those that must be alone."""
    first = [suite for suite in suites if suite.tier <= 2]
    others = [suite for suite in suites if suite.tier > 2]
    try:
        results = alone(session, first)
        copies = any(suite.stand is Stand.COPY for suite in others)
        if copies and not saved.is_kept(session.deployed):
            say("== A deployed host to make copies of")
            maker = session.runner(SUITES[0], say)
            saved.first(maker, HOST)
            saved.keep(maker, HOST, session.deployed)
        # The host stays while there are others: the CA beside them would forget what it signed.
        return results + together(session, others)
    except BaseException:
        session.programs.stop()  # before their host goes
        raise
    finally:
        if any(suite.stand is not Stand.HERE for suite in suites):
            saved.take_down(HOST)
