"""The bar above a record: what its writers can do next."""

import pytest
from flask.testing import FlaskClient

from kb.accounts.models import Role
from kb.cycles.rules import Stage
from kb.db import Database
from tests.factories import make_cycle, make_idea, make_member, make_person, make_school
from tests.visitors import sign_in


@pytest.mark.parametrize(("stage", "shown"), [(Stage.PLANNED, True), (Stage.RUNNING, True), (Stage.DONE, False)])
def test_a_plan_leads_to_its_results_and_a_done_test_to_the_next(
    client: FlaskClient, sqlite_database: Database, stage: Stage, shown: bool
) -> None:
    with sqlite_database.writing() as session:
        school, alice = make_school(session), make_person(session)
        make_member(session, alice, school=school, role=Role.CONTRIBUTOR)
        address = f"/cycles/{make_cycle(session, make_idea(session), school, stage=stage).ref}"
        session.commit()
        sign_in(client, alice)
    page = client.get(address).text
    assert ("Write what happened" in page) is shown
    assert (f'{address}/next"' in page) is not shown
