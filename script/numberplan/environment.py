"""The virtual environment with the pinned metadata package, shared by the scripts that need it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = ROOT / ".venv-number-plan"
PINNED = "9.0.43"


def enter(script):
    """Runs `script` again inside the environment, which is made when it is missing or of another pin."""
    marker = ENVIRONMENT / "phonenumbers-version"
    is_ready = marker.exists() and marker.read_text() == PINNED
    if is_ready and Path(sys.prefix) == ENVIRONMENT:
        return
    if not is_ready:
        print("making %s with phonenumbers %s" % (ENVIRONMENT.name, PINNED), file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        pip = str(ENVIRONMENT / "bin" / "pip")
        subprocess.run([pip, "install", "--quiet", "--disable-pip-version-check", "phonenumbers==" + PINNED], check=True)
        marker.write_text(PINNED)
    interpreter = str(ENVIRONMENT / "bin" / "python3")
    os.execv(interpreter, [interpreter, str(Path(script).resolve())] + sys.argv[1:])
