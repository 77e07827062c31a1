"""Nothing secret lies in the repository: `python -m app.local.secrets_scan`.

detect-secrets looks at every tracked file. Long random words of lock files, migrations' names
and vendored scripts are no secrets, so its entropy guesses are left out where only such stand.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

from app.local.folder import ROOT

PLUGINS = (
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "CloudantDetector",
    "DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector", "IbmCloudIamDetector",
    "JwtTokenDetector", "MailchimpDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector",
    "PypiTokenDetector", "SendGridDetector", "SlackDetector", "SquareOAuthDetector",
    "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector",
)  # fmt: skip
GUESSES = ("BasicAuthDetector", "KeywordDetector", "Base64HighEntropyString")
# Places where a guess is known to be none.
EXAMPLES = ("tests/", "docs/", "migrations/", "locales/", "static/", "bench/", "THIRD_PARTY.md")
KNOWN = {
    ".env.example": "addresses with words in the place of secrets",
    "app/delivery/mail.py": "the shape of an address",
    "app/delivery/sms.py": "the shape of an address",
    "app/kernel/viewer.py": "the name of a way to prove oneself",
    "app/kernel/ids.py": "an alphabet",
    "app/api/tokens.py": "an alphabet",
}
MADE_BY_OTHERS = ("static/vendor/", "static/icons/", "static/art/", "locales/", "docs/pictures/")
TEXT = (".py", ".html", ".js", ".css", ".sql", ".toml", ".md", ".po", ".json", ".example", "")


def found() -> Iterator[str]:
    """`file:line kind` of everything that looks like a secret."""
    names = _tracked()
    yield from _scan(names, PLUGINS)
    plain = [name for name in names if not name.startswith(EXAMPLES) and name not in KNOWN]
    yield from _scan(plain, GUESSES)


def _scan(names: list[str], plugins: tuple[str, ...]) -> Iterator[str]:
    wanted = [
        {"name": name, "limit": 4.8} if "Entropy" in name else {"name": name} for name in plugins
    ]
    filters = [
        {"path": "detect_secrets.filters.heuristic.is_sequential_string"},
        {"path": "detect_secrets.filters.heuristic.is_potential_uuid"},
        {"path": "detect_secrets.filters.heuristic.is_templated_secret"},
        {"path": "detect_secrets.filters.heuristic.is_not_alphanumeric_string"},
        {"path": "detect_secrets.filters.heuristic.is_indirect_reference"},
        {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
    ]
    with transient_settings({"plugins_used": wanted, "filters_used": filters}):
        secrets = SecretsCollection(root=str(ROOT))
        for name in names:
            secrets.scan_file(name)
        for name, secret in secrets:
            yield f"{name}:{secret.line_number} {secret.type}"


def _tracked() -> list[str]:
    """What belongs to the repository: known to git or about to be, else every file there is."""
    try:
        asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
        names = done.stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in (ROOT / "app").rglob("*")]
    return [
        name
        for name in names
        if Path(name).suffix in TEXT
        and not name.startswith(MADE_BY_OTHERS)
        and (ROOT / name).is_file()
    ]


if __name__ == "__main__":
    lines = list(found())
    print("\n".join(lines))
    sys.exit(bool(lines))
