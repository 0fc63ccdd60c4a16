"""One conflict in the user's editor, as git would open it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from mergeassist.core import markers
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.git.run import git


def edit(conflict: Conflict, name: str) -> bytes | None:
    """What the user has made of a conflict; `None` when markers remain or the editor fails.

    `name` is the file's, whose ending tells the editor the language.  Raises `GitError` when
    git knows no editor.
    """
    editor = git("var", "GIT_EDITOR").decode().strip()
    with tempfile.TemporaryDirectory(prefix="mergeassist-") as folder:
        place = Path(folder, "conflict" + Path(name).suffix)
        conflict = conflict._replace(lines=None)
        size = markers.free_size(*conflict.sides)  # so that what the text holds is no marker
        place.write_bytes(markers.render(MergedFile((conflict,)), "diff3", size))
        # as git does it: the editor is a shell command that gets the file as its argument
        command = ["sh", "-c", f'{editor} "$@"', editor, str(place)]
        if subprocess.run(command, check=False).returncode != 0:
            return None
        text = place.read_bytes()
    return None if markers.has_markers(text, size) else text
