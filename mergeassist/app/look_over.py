"""What settled conflicts have broken in a file, for `resolve` to warn of once nothing is open.

Here, too, git and the person looked at a few lines: a definition may now stand twice, or an import
be gone that another line needs.  The choice stands; whoever made it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mergeassist.app.decide import with_language
from mergeassist.propose.context import Context

if TYPE_CHECKING:
    from mergeassist.app.check_merged import Broken
    from mergeassist.app.resolve_tree import ConflictedFile, WorkTree


def look_over(
    tree: WorkTree, file: ConflictedFile, texts: Sequence[bytes | None]
) -> tuple[Broken, ...]:
    """Suspicions about the file with these texts in place; none while a conflict is open."""
    if file.regions is None or not texts or None in texts:
        return ()
    try:
        # the grammars load for a whole file only
        from mergeassist.app.check_merged import broken_in

        versions = tree.versions(file.path)
        language = with_language(Context(file.name, "", *versions), tree.root).language
        return tuple(broken_in(file.name, versions, file.regions.text(texts), language))
    except Exception:  # an answer is worth more than a warning
        return ()
