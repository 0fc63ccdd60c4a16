"""What mergeassist has put in the place of conflicts: one small file for each merged path.

The files lie under the git common directory (`mergeassist/hunks/ID.json`), so that all work trees
share them and git never tracks them.  One file a path, written beside its place and renamed: two
drivers never wait for each other, and one that is killed leaves its neighbours whole.  The store
is bounded in number, bytes and age.  A record that cannot be written is no reason for a merge to
fail: `of_driver` and `of_resolve` never raise.

`MERGEASSIST_RECORDS` names another folder (`mergeassist ci` reads what a merge in it has put), or
is 0 to keep no records.  Standard library only: the driver loads this once it has accepted a hunk.
"""

from mergeassist.app.records.keep import VARIABLE, object_id, of_driver, of_resolve
from mergeassist.app.records.record import Hunk, Look, Operation, Record, Texts
from mergeassist.app.records.store import read_all, write

__all__ = [
    "VARIABLE", "Hunk", "Look", "Operation", "Record", "Texts", "object_id", "of_driver",
    "of_resolve", "read_all", "write",
]
