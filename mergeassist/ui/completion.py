"""Completion scripts for bash, zsh and fish: plain tables, nothing of ours runs at a Tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mergeassist.ui.commands import Command, Option, Positional

PROGRAMS = ("mergeassist", "git-mergeassist")
GLOBAL = (
    Option(("--color",), "when to use colour", "WHEN", ("auto", "always", "never")),
    Option(("--help", "-h"), "show help"),
    Option(("--version", "-V"), "show the version"),
)


def bash(commands: Sequence[Command]) -> str:
    """A script to be sourced, or put into bash-completion's folder."""
    return _BASH.format(
        top=" ".join(_names(GLOBAL)),
        commands=" ".join(command.name for command in commands),
        inner="\n".join(_bash_inner(commands)),
        values="\n".join(_bash_values(commands)),
        words="\n".join(_bash_words(commands)),
        programs=" ".join(PROGRAMS),
    )


_BASH = """# bash completion for mergeassist: made by `mergeassist completion bash`
_mergeassist() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
    local command= inner= commands={commands!r} words= files= i
    # bash cuts --option=value at the equals sign
    [ "$cur" = "=" ] && cur=
    [ "$prev" = "=" ] && prev=${{COMP_WORDS[COMP_CWORD-2]}}
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [ "${{COMP_WORDS[i]}}" = --color ]; then
            ((i++))
            [ "${{COMP_WORDS[i]}}" = "=" ] && ((i++))
        elif [[ ${{COMP_WORDS[i]}} == -* ]]; then
            :
        elif [ -z "$command" ]; then
            command=${{COMP_WORDS[i]}}
        elif [ -z "$inner" ]; then
            inner=${{COMP_WORDS[i]}}
        fi
    done
    case $command in
{inner}
        *) inner= ;;
    esac
    case "$command $inner$prev" in
        *" --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
{values}
    esac
    case "$command $inner" in
        " ") words="$commands {top}" ;;
{words}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    if [ -n "$files" ] && [[ $cur != -* ]]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY+=($(compgen -f -- "$cur"))
    fi
}}
complete -F _mergeassist {programs}
"""


def _bash_inner(commands: Sequence[Command]) -> Iterator[str]:
    for command in commands:
        if command.commands:
            names = "|".join(inner.name for inner in command.commands)
            yield (f"        {command.name})\n            case $inner in\n"
                   f'                {names}) inner="$inner " ;;\n'
                   "                *) inner= ;;\n            esac ;;")


def _bash_values(commands: Sequence[Command]) -> Iterator[str]:
    for path, command in _all(commands):
        for option in command.options:
            patterns = "|".join(f'"{path} {name}"' for name in option.names)
            if option.choices:
                reply = f'$(compgen -W "{" ".join(option.choices)}" -- "$cur")'
            elif option.files:
                reply = '$(compgen -f -- "$cur")'
            else:
                reply = ""
            if option.value:
                filenames = "compopt -o filenames 2>/dev/null; " if option.files else ""
                yield f"        {patterns}) {filenames}COMPREPLY=({reply}); return ;;"


def _bash_words(commands: Sequence[Command]) -> Iterator[str]:
    for path, command in _all(commands):
        words = [*_names(command.options), *(inner.name for inner in command.commands)]
        words += [choice for one in command.positionals for choice in one.choices]
        files = "; files=1" if any(one.files for one in command.positionals) else ""
        pattern = f'"{path} "'
        yield f'        {pattern}) words="{" ".join(words)}"{files} ;;'


def fish(commands: Sequence[Command]) -> str:
    """A script for `~/.config/fish/completions/`."""
    return "\n".join(_fish(commands)) + "\n"


def _fish(commands: Sequence[Command]) -> Iterator[str]:
    yield "# fish completion for mergeassist: made by `mergeassist completion fish`"
    names = " ".join(command.name for command in commands)
    for program in PROGRAMS:
        start = f"complete -c {program}"
        none = f"-n 'not __fish_seen_subcommand_from {names}'"
        yield f"{start} -f"
        for option in GLOBAL:
            yield f"{start} {none} {_fish_option(option)}"
        for command in commands:
            yield f"{start} {none} -a {command.name} -d {_quoted(command.help)}"
        for path, command in _all(commands):
            first, _, second = path.partition(" ")
            seen = f"__fish_seen_subcommand_from {first}"
            if second:
                seen += f"; and __fish_seen_subcommand_from {second}"
            elif command.commands:
                inner = " ".join(one.name for one in command.commands)
                seen += f"; and not __fish_seen_subcommand_from {inner}"
            for option in command.options:
                yield f"{start} -n '{seen}' {_fish_option(option)}"
            for one in command.commands:
                yield f"{start} -n '{seen}' -a {one.name} -d {_quoted(one.help)}"
            words = [choice for one in command.positionals for choice in one.choices]
            if words:
                yield f"{start} -n '{seen}' -a '{' '.join(words)}'"
            if any(one.files for one in command.positionals):
                yield f"{start} -n '{seen}' -F"


def _fish_option(option: Option) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
             for name in option.names]
    value = ""
    if option.choices:
        value = f" -x -a '{' '.join(option.choices)}'"
    elif option.value:
        value = " -r -F" if option.files else " -x"
    return f"{' '.join(names)}{value} -d {_quoted(option.help)}"


def zsh(commands: Sequence[Command]) -> str:
    """A script to be put as `_mergeassist` into a folder of `$fpath`."""
    return "\n".join(_zsh(commands)) + "\n"


def _zsh(commands: Sequence[Command]) -> Iterator[str]:
    yield f"#compdef {' '.join(PROGRAMS)}"
    yield "# zsh completion for mergeassist: made by `mergeassist completion zsh`"
    yield "_mergeassist() {\n    local context state state_descr line\n    typeset -A opt_args"
    yield from _zsh_level("_mergeassist", GLOBAL, commands)
    yield "}"
    for path, command in _all(commands):
        name = "_mergeassist_" + path.replace(" ", "_").replace("-", "_")
        yield f"{name}() {{"
        if command.commands:
            yield "    local context state state_descr line\n    typeset -A opt_args"
            yield from _zsh_level(name, command.options, command.commands)
        else:
            specs = [spec for option in command.options for spec in _zsh_option(option)]
            specs += [_zsh_positional(one, command) for one in command.positionals]
            yield "    _arguments -S \\\n        " + " \\\n        ".join(specs)
        yield "}"
    yield 'if [ "$funcstack[1]" = "_mergeassist" ]; then _mergeassist "$@"; ' \
          f"else compdef _mergeassist {' '.join(PROGRAMS)}; fi"


def _zsh_level(
    function: str, options: Sequence[Option], commands: Sequence[Command]
) -> Iterator[str]:
    specs = [spec for option in options for spec in _zsh_option(option)]
    specs += ["'1: :->command'", "'*:: :->rest'"]
    yield "    _arguments -C \\\n        " + " \\\n        ".join(specs)
    yield "    case $state in\n        command)\n            local -a commands=("
    for command in commands:
        name = command.name.replace(":", "\\:")
        yield f"                {_quoted(f'{name}:{command.help}')}"
    yield "            )\n            _describe command commands ;;\n        rest)"
    yield "            case $words[1] in"
    for command in commands:
        target = f"{function}_{command.name.replace('-', '_')}"
        yield f"                {command.name}) {target} ;;"
    yield "            esac ;;\n    esac"


def _zsh_option(option: Option) -> Iterator[str]:
    text = _zsh_text(option.help)
    what = ""
    if option.value:
        what = f":{_zsh_text(option.value)}:{_zsh_values(option.choices, files=option.files)}"
    for name in option.names:
        equals = "=" if option.value and name.startswith("--") else ""
        yield _quoted(f"{name}{equals}[{text}]{what}")


def _zsh_positional(one: Positional, command: Command) -> str:
    values = _zsh_values(one.choices, files=one.files)
    number = command.positionals.index(one) + 1
    place = "*" if one.many else str(number)
    colon = "::" if one.optional and not one.many else ":"
    return _quoted(f"{place}{colon}{_zsh_text(one.value)}:{values}")


def _zsh_values(choices: Sequence[str], *, files: bool) -> str:
    if choices:
        return f"({' '.join(choices)})"
    return "_files" if files else " "


def _zsh_text(text: str) -> str:
    for char in "\\[]:":
        text = text.replace(char, "\\" + char)
    return text


def _quoted(text: str) -> str:
    r"""A word in single quotes, for fish (`\'`) and, with none inside, for zsh."""
    return "'" + text.replace("'", "\u2019") + "'"


def _names(options: Sequence[Option]) -> list[str]:
    return [name for option in options for name in option.names]


def _all(commands: Sequence[Command]) -> Iterator[tuple[str, Command]]:
    for command in commands:
        yield command.name, command
        for inner in command.commands:
            yield f"{command.name} {inner.name}", inner


SHELLS: dict[str, Callable[[Sequence[Command]], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
