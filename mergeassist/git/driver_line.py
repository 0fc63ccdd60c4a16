"""The command that git runs for a path: one line of `sh`, complete in itself.

A driver that is missing, dies or is killed must never leave ours alone in `%A` (git would take
the file for a conflict without markers, and `git add` would lose theirs), so the line itself
puts a marked text there before anything else starts.  A text that merges cleanly costs `sh`,
`git merge-file` and `mv`, the latter in place of the shell.

git puts `%O %A %B` in as names without special characters and `%P %S %X %Y` already quoted
(git's merge-ll.c): quoting them again would break them and open a hole.
"""

from __future__ import annotations

import re
import shlex

from mergeassist.git.textmerge import HISTOGRAM

DRIVER = "mergeassist-driver"
LABELS_FROM = (2, 44, 0)

# m: `%A` may stay as it is.  git merge-file exits with the number of conflicts, at most 127, or
# 255 for binary texts (no output at all) and for a full disk.  A driver that has merged takes
# `%A.ours` and `%A.new` away before it exits with 0: whatever else exits so has not.  A killed
# driver may leave a git that still writes to `%A.d`.  What a shell says of a program that it cannot
# start begins with its name: here this whole line, hence the second one.  Newlines become spaces.
_TEMPLATE = """\
umask 077; m=;
end() {{
rm -rf %A.new %A.ours %A.d 2>/dev/null || {{ sleep 1; rm -rf %A.new %A.ours %A.d; }};
[ "$m" ] || printf '%%s\\n' '<<<<<<< ours' {advice} ======= '>>>>>>> theirs' >%A;
exit 1;
}};
trap end HUP INT TERM;
git merge-file -p -q --diff3 {algorithm}--marker-size=%L {labels} %A %O %B >%A.new; r=$?;
[ $r = 0 ] && exec mv -f %A.new %A;
if [ $r -lt 128 ] && [ -s %A.new ]; then
cp %A %A.ours || {{ rm -f %A.ours; mv -f %A.new %A && m=1; end; }};
mv -f %A.new %A && m=1;
elif [ $r = 255 ] && [ ! -s %A.new ] && echo x >%A.new; then m=1; fi;
d={driver}; [ -x "$d" ] || d={name};
sh -c 'exec "$@"' mergeassist "$d" %O %A %B %L %P{label_words}; s=$?;
case $s in 126|127) echo {broken} >&2;; esac;
[ $s = 0 ] && [ ! -e %A.ours ] && [ ! -e %A.new ] && exit 0;
[ $s = 1 ] && m=1;
end # {name} {version}, git {git}"""

_ADVICE = "'mergeassist could not run; bring both sides back: git checkout --merge -- '%P"
_BROKEN = ("'mergeassist: the driver cannot be started: install mergeassist again, or disarm git: "
           "git config --remove-section merge.mergeassist'")
_STAMP = re.compile(rf"# {DRIVER} (?P<version>\S+), git (?P<git>\d+\.\d+\.\d+)$")


def driver_line(
    driver: str, git_version: tuple[int, int, int], version: str, algorithm: str = HISTOGRAM
) -> str:
    """The line for one git, naming the driver by its absolute path.

    From git 2.44 on, git tells its labels and `git merge-file` can use the algorithm of
    `git merge`; an older git would take both for text.
    """
    modern = git_version >= LABELS_FROM
    return _TEMPLATE.format(
        algorithm=f"--diff-algorithm={algorithm} " if modern else "",
        labels="-L %X -L %S -L %Y" if modern else "-L ours -L base -L theirs",
        advice=_ADVICE,
        broken=_BROKEN,
        driver=shlex.quote(driver).replace("%", "%%"),
        label_words=" %S %X %Y" if modern else "",
        name=DRIVER,
        version=version,
        git=".".join(map(str, git_version)),
    ).replace("\n", " ")


def written_for(line: str) -> tuple[str, tuple[int, int, int]] | None:
    """The versions of mergeassist and git that a line was written by and for, if it is ours."""
    found = _STAMP.search(line)
    if found is None:
        return None
    major, minor, patch = map(int, found["git"].split("."))
    return found["version"], (major, minor, patch)


def driver_of(line: str) -> str | None:
    """The absolute path of the driver a line names, if it is ours."""
    found = re.search(r" d=(?P<path>.*?); \[ -x ", line)
    if found is None or written_for(line) is None:
        return None
    words = shlex.split(found["path"].replace("%%", "%"))
    return words[0] if words else None
