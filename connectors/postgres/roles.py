"""One role and one schema for each service, so that none can touch another's data."""

from __future__ import annotations

import hashlib
import hmac

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from schemas.errors import SetupError


def schema_of(service: str) -> str:
    """Name of the service's schema, as backend_developer."""
    return service.replace("-", "_")


def role_of(service: str) -> str:
    """Name of the service's role, as streamwright_backend_developer."""
    return f"streamwright_{schema_of(service)}"


def service_url(database_url: str, service: str) -> str:
    """The service's own connection string, made from the owner's.

    The role's password is derived from the owner's (HMAC-SHA256), so that it needs no storage.
    """
    owner = conninfo_to_dict(database_url)
    secret = f"{owner.get('password') or ''}|{owner.get('dbname') or ''}"
    password = hmac.new(secret.encode(), role_of(service).encode(), hashlib.sha256).hexdigest()
    options = f"-c search_path={schema_of(service)}"
    return make_conninfo(database_url, user=role_of(service), password=password, options=options)


def ensure_role(database_url: str, service: str) -> None:
    """Create the service's role and schema where missing, and set the role's password.

    Raises:
        SetupError: the database cannot be reached, or the owner may not create roles.
    """
    password = conninfo_to_dict(service_url(database_url, service))["password"]
    role, schema = sql.Identifier(role_of(service)), sql.Identifier(schema_of(service))
    try:
        with psycopg.connect(database_url) as connection:
            # Roles belong to the whole cluster: two preparations at once must not race.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('streamwright.roles'))")
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role_of(service),))
            verb = sql.SQL("ALTER" if found.fetchone() else "CREATE")
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, sql.Literal(password))
            )
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, role)
            )
    except psycopg.Error as error:
        raise SetupError(
            f"Preparing the role and schema of {service}",
            why=str(error).strip(),
            todo="Check DATABASE_URL; its user must be allowed to create roles and schemas",
        ) from error
