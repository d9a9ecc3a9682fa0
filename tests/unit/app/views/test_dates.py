from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/date/", "/date"])
def test_the_date_is_todays_day_month_year(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    today = date.today()
    assert response.get_json() == {"date": f"{today.day:02}-{today.month:02}-{today.year}"}
