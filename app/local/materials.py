"""The bill of materials: `python -m app.local.materials` writes reports/sbom.cdx.json.

CycloneDX, from requirements.lock, with the hashes that an installation checks; a release carries
it, and scanners of known weaknesses read it.
"""

import re
import sys

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from app.local.folder import ROOT

OUT = ROOT / "reports" / "sbom.cdx.json"
_PACKAGE = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)", re.IGNORECASE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: str) -> Bom:
    """Every package of a lock file with its version and hashes."""
    root = Component(name="bozorcha", type=ComponentType.APPLICATION)
    bom = Bom()
    bom.metadata.component = root
    parts: list[Component] = []
    for line in lock.splitlines():
        if package := _PACKAGE.match(line):
            name, version = package.groups()
            parts.append(
                Component(
                    name=name,
                    version=version,
                    type=ComponentType.LIBRARY,
                    bom_ref=f"{name}=={version}",
                    purl=PackageURL("pypi", name=name.lower(), version=version),
                )
            )
        for digest in _HASH.findall(line):
            parts[-1].hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=digest))
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(root, parts)
    return bom


def main() -> None:
    """Write the bill; fails on a package without a hash."""
    made = bill((ROOT / "requirements.lock").read_text("utf-8"))
    bare = [part.name for part in made.components if not part.hashes]
    if bare or not made.components:
        sys.exit(f"packages without a hash: {bare}")
    OUT.parent.mkdir(exist_ok=True)
    out = make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6)
    OUT.write_text(out.output_as_string(indent=1), encoding="utf-8")
    print(f"{len(made.components)} packages in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
