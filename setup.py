"""What pyproject.toml has no word for: the server's settings, which belong to no package.

Streamlit looks for them beside ``app.py``, so that is where the wheel puts them.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SETTINGS = ".streamlit/config.toml"


class BuildWithSettings(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, SETTINGS)
            self.mkpath(str(target.parent))
            self.copy_file(SETTINGS, str(target))


setup(cmdclass={"build_py": BuildWithSettings})
