"""`./bozorcha audit verify`: exit code 0 while the chain holds, else the broken row and 1."""

import os
import subprocess
import sys
from datetime import timedelta

from sqlalchemy import text, update

from app.audit import chain
from app.audit.models import AuditEntry
from app.audit.record import record
from app.kernel import clock
from app.kernel.viewer import GUEST
from app.local import auditing
from tests.conventions import source


def command(services, tmp_path, *words):
    settings = services.settings
    secrets = {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "PIN_PEPPER": settings.pin_pepper.get_secret_value(),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "audit", *words, "--data", str(tmp_path / "copy")],
        check=False,
        capture_output=True,
        text=True,
        cwd=source.ROOT,
        env=os.environ | secrets,
        timeout=60,
    )
    return done.returncode, done.stdout


async def test_the_command_says_whether_the_chain_holds(services, tmp_path):
    async with services.db.begin() as session:
        for _ in range(3):
            await record(session, GUEST, "trial.note", "trial", None)
    async with services.db.begin() as session:
        await chain.seal(session, services.settings)

    code, said = command(services, tmp_path, "verify")
    assert (code, said.splitlines()[0]) == (
        0,
        "the chain holds: 3 entries of 1 days read, 0 not sealed yet",
    )
    assert command(services, tmp_path, "verify", "--head", "f" * 64)[0] == 1

    async with services.db.begin() as session:
        await session.execute(text("set local session_replication_role = replica"))
        second = await session.scalar(text("select entry_id from audit_seal where position = 2"))
        wrong = update(AuditEntry).where(AuditEntry.id == second).values(action="x.y")
        await session.execute(wrong)
    code, said = command(services, tmp_path, "verify")
    assert code == 1
    assert f"BROKEN: altered: {clock.local_day()} position 2, entry {second}" in said


async def test_the_signed_heads_are_given_out(services, monkeypatch):
    async with services.db.begin() as session:
        await record(session, GUEST, "trial.note", "trial", None)
    async with services.db.begin() as session:
        await chain.seal(session, services.settings)
    with clock.shifted(timedelta(days=1)):
        async with services.db.begin() as session:
            await chain.seal(session, services.settings)
    monkeypatch.setattr(auditing.config, "load", lambda: services.settings)

    [head] = await auditing.heads()
    report = await auditing.check(head["head"], None)
    assert (head["day"], head["position"]) == (clock.local_day().isoformat(), 1)
    assert (report.fault, report.head) == (None, head["head"])
