"""A real PostgreSQL on the loopback address, from the system's packages."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from tests.helpers.ports import find_free_port

__all__ = ["PostgreSQL", "find_lack"]

_DEBIAN = Path("/usr/lib/postgresql")  # a folder for each version, whose programs are on no PATH
_SECONDS = 60.0  # to wait for the server, on a busy machine
# Nothing here outlives a crash of the machine, so nothing waits for the disk.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


def find_lack() -> str:
    """Return why no PostgreSQL can be tested with here; "" if it can."""
    if find_spec("psycopg") is None:
        return "the extra postgresql is not installed (Python has no psycopg)"
    if _find_program("initdb") is None:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    return ""


def _find_program(name: str) -> str | None:
    folders = [str(folder) for folder in sorted(_DEBIAN.glob("*/bin"), reverse=True)]
    return shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))


class PostgreSQL:
    """A cluster of databases in a temporary folder, which keeps its port when it stops and starts.

    PostgreSQL refuses to run as root. Then the cluster belongs to `postgres`, or to `nobody`.

    Attributes:
        port: On the loopback address.
        password: Of the role `tuner`, which may do everything.
    """

    def __init__(self) -> None:
        self.port = find_free_port()
        self.password = secrets.token_hex(8)
        self._folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # where another user may go
        self._process: subprocess.Popen[bytes] | None = None
        self._user = _choose_user()
        password_file = self._folder / "password"
        password_file.write_text(self.password)
        if self._user is not None:
            for path in (self._folder, password_file):
                shutil.chown(path, self._user.pw_uid, self._user.pw_gid)
        command = ["initdb", "--no-sync", "--no-locale", "--encoding", "UTF8", "--auth"]
        command += ["scram-sha-256", "--username", "tuner", "--pwfile", str(password_file)]
        if self._run([*command, "--pgdata", str(self._folder / "data")]).wait():
            raise RuntimeError(self._read_log())

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        data = str(self._folder / "data")
        self._process = self._run(["postgres", "-D", data, "-p", str(self.port), *settings])
        end = time.monotonic() + _SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(self._read_log())
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server, if it runs; whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # its "fast shutdown"
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """Stop the server, and remove all of it."""
        self.stop()
        shutil.rmtree(self._folder)

    def make_uri(self, database: str, login: str | None = None) -> str:
        """Return the address of a database for MLflow, with the login `NAME` or `NAME:PASSWORD`."""
        login = login or f"tuner:{self.password}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str, database: str = "postgres") -> list[tuple]:
        """Execute SQL, and return the rows of the last statement."""
        import psycopg

        # a database is made in no transaction
        with psycopg.connect(self.make_uri(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def cut_off(self, database: str) -> None:
        """Close all connections to a database, as an administrator may."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{database}' AND pid != pg_backend_pid()"
        )

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.make_uri("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _read_log(self) -> str:
        return (self._folder / "log").read_text()

    def _run(self, command: list[str]) -> "subprocess.Popen[bytes]":
        program = _find_program(command[0])
        assert program is not None  # `find_lack` has looked for it
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                user=self._user and self._user.pw_uid,
                group=self._user and self._user.pw_gid,
                extra_groups=self._user and [],
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            )


def _choose_user() -> pwd.struct_passwd | None:
    """Return the user whom the cluster belongs to; None for the user who runs this."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall()}
    return users.get("postgres", users["nobody"])
