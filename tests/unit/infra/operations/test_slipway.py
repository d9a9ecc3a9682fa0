"""Slipway's own program acts only where its answer is not as wanted."""

from typing import Any

import pytest

from infra.facts.slipway import SlipwayState
from infra.operations import slipway
from tests.support.operations import doing, known, nothing, outcome


@pytest.mark.parametrize("answer", [{}, {"up": False}, {"up": True, "more": 1}])
def test_a_question_not_answered_as_wanted_leads_to_its_action(answer: dict[str, Any]) -> None:
    fact = known(SlipwayState, answer, question="base-state")
    found = outcome(
        slipway.ensure, fact, question="base-state", wanted={"up": True}, action="base-apply"
    )
    assert found == doing("/usr/local/sbin/slipway base-apply")


def test_a_question_answered_as_wanted_leads_to_nothing() -> None:
    fact = known(SlipwayState, {"up": True}, question="base-state")
    found = outcome(
        slipway.ensure, fact, question="base-state", wanted={"up": True}, action="base-apply"
    )
    assert found == nothing("base-state: nothing to do")
