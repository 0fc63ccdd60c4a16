"""Lists in no order that the policy `structural` knows beside those of the profiles.

The judge was trained on proposals made without them, so its proposals stay as they are: what the
judge of a later training shall know moves into the profiles.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from mergeassist.languages.profile import Profile
from mergeassist.languages.profile import groups_by_parent as _groups
from mergeassist.languages.profiles import BY_NAME

_C_FUNCTION = "declarator.identifier/declarator.function_declarator.identifier"
_PROTOTYPE = "declaration:function_declarator"
_VISIBILITY = "public protected private"
_KEYWORDS = (
    "static final abstract synchronized transient volatile native strictfp default sealed "
    "non-sealed"
)

_TYPED_SLOTS = (
    "accessibility_modifier", "static", "override_modifier", "readonly", "async",
    "extends_clause", "implements_clause",
)  # fmt: skip

FURTHER: dict[str, dict[str, Any]] = {
    "python": {
        "commutative": {
            "type>binary_operator": _groups(
                _="identifier none attribute subscript string generic_type"
            )["_"]
        },
        "separators": {"binary_operator:|"},
        "chains": {"type>binary_operator"},
        "signatures": {"none": "*", "attribute": "*", "subscript": "*"},
        "unwrapped": {"decorated_definition"},
        "leading": {"decorator"},
    },
    "rust": {
        "slots": (
            "visibility_modifier", "function_modifiers", "const", "async", "unsafe",
            "extern_modifier",
        ),
        "commutative": _groups(head="attribute_item", where_clause="where_predicate"),
        "signatures": {"attribute_item": "*", "where_predicate": "left"},
    },
    "java": {
        "slots": (
            _VISIBILITY, _KEYWORDS, "modifiers", "type_parameters", "superclass",
            "super_interfaces", "permits",
        ),
        "commutative": _groups(
            modifiers=f"marker_annotation annotation | {_VISIBILITY} {_KEYWORDS}"
        ),
    },
    "csharp": {
        "slots": (
            "attribute_list", "modifier", "type_parameter_list", "base_list",
            "type_parameter_constraints_clause",
        ),
        "commutative": dict.fromkeys(
            (
                "field_declaration", "method_declaration", "property_declaration",
                "class_declaration", "struct_declaration", "interface_declaration",
            ),
            _groups(_="attribute_list | modifier")["_"],
        )
    },
    "javascript": {"slots": ("static", "async")},
    "typescript": {"signatures": {"method_definition": "name"}, "slots": _TYPED_SLOTS},
    "tsx": {"signatures": {"method_definition": "name"}, "slots": _TYPED_SLOTS},
    "php": {
        "slots": (
            "final_modifier", "abstract_modifier", "visibility_modifier", "static_modifier",
            "readonly_modifier", "base_clause", "class_interface_clause",
        )
    },
    "scala": {"slots": ("modifiers", "access_modifier", "final", "sealed", "abstract", "case")},
    "solidity": {
        "slots": (
            "visibility", "state_mutability", "modifier_invocation", "virtual",
            "override_specifier", "return_type_definition",
        )
    },
    "c": {
        "slots": ("storage_class_specifier", "type_qualifier"),
        "commutative": _groups(
            initializer_list="initializer_pair",
            translation_unit=f"preproc_include | {_PROTOTYPE} | function_definition",
        ),
        "signatures": {
            "initializer_pair": "designator",
            "function_definition": _C_FUNCTION,
            _PROTOTYPE: _C_FUNCTION,
        },
        "refined": {"declaration": ("declarator", frozenset({"function_declarator"}))},
    },
    "cpp": {
        "slots": (
            "storage_class_specifier", "virtual", "type_qualifier", "ref_qualifier", "noexcept",
            "trailing_return_type", "virtual_specifier",
        ),
        "commutative": _groups(
            initializer_list="initializer_pair",
            translation_unit=f"preproc_include | using_declaration | {_PROTOTYPE} | "
            "function_definition template_declaration",
            declaration_list=f"{_PROTOTYPE} | function_definition template_declaration "
            "class_specifier struct_specifier",
        ),
        "signatures": {"initializer_pair": "designator", _PROTOTYPE: "declarator"},
        "refined": {"declaration": ("declarator", frozenset({"function_declarator"}))},
    },
    "css": {
        "commutative": _groups(
            selectors="tag_name class_selector id_selector descendant_selector child_selector "
            "pseudo_class_selector pseudo_element_selector attribute_selector "
            "universal_selector nesting_selector sibling_selector adjacent_sibling_selector"
        )
    },
    "swift": {
        "slots": (
            "attribute", "visibility_modifier", "inheritance_modifier", "property_modifier",
            "member_modifier", "mutation_modifier", "function_modifier",
        ),
        "commutative": _groups(class_declaration="inheritance_specifier"),
        "signatures": {"inheritance_specifier": "inherits_from"},
    },
    "dart": {
        "separators": {"class_body:;"},
        "slots": ("abstract", "type_parameters", "superclass", "interfaces"),
    },
    "kotlin": {
        "commutative": _groups(
            modifiers="annotation | visibility_modifier inheritance_modifier member_modifier "
            "function_modifier class_modifier property_modifier"
        ),
        "signatures": {"import": "identifier/*"},
    },
    "gosum": {"commutative": _groups(document="entry")},
    "elixir": {
        "commutative": _groups(
            do_block="call:alias | call:import | call:require | call:def call:defp"
        ),
        "signatures": {
            **dict.fromkeys(("call:alias", "call:import", "call:require"), "*"),
            **dict.fromkeys(
                ("call:def", "call:defp"),
                "arguments.call.target/arguments.identifier/"
                "arguments.binary_operator.left.target/arguments.binary_operator.left",
            ),
        },
        "refined": {
            "call": ("target", frozenset({"alias", "import", "require", "def", "defp"}))
        },
    },
    "ruby": {
        "commutative": _groups(
            program="method singleton_method class module | call:require | call:require_relative"
            " | call:gem",
            argument_list="pair",
        ),
        "signatures": {
            "call:require": "arguments",
            "call:require_relative": "arguments",
            "call:gem": "arguments.string",
        },
        "refined": {"call": ("method", frozenset({"require", "require_relative", "gem"}))},
    },
    "haskell": {
        "commutative": {
            "deriving>tuple": (frozenset({"name", "qualified"}),),
            "declarations": (frozenset({"signature", "function", "bind"}),),
        },
        "signatures": {"name": "*", "qualified": "*"},
    },
    "zig": {
        "commutative": _groups(
            source_file="function_declaration",
            struct_declaration="container_field | function_declaration",
        )
    },
    "xml": {
        "named_sets": {
            "content": frozenset(
                {
                    "dependencies", "properties", "plugins", "modules", "repositories",
                    "exclusions", "ItemGroup", "PropertyGroup", "packages", "resources",
                }
            )
        },
        "signatures": {
            "element": "STag.Attribute.1.AttValue/EmptyElemTag.Attribute.1.AttValue/"
            "content.element~groupId~artifactId.content/"
            "@properties@PropertyGroup.STag.Name/@properties@PropertyGroup.EmptyElemTag.Name"
        },
    },
}  # fmt: skip
FURTHER["scss"] = FURTHER["css"]


@cache
def widened(name: str) -> Profile:
    """The profile of a language with these lists."""
    profile = BY_NAME[name]
    more = FURTHER.get(name, {})
    return profile._replace(**{at: _joined(getattr(profile, at), new) for at, new in more.items()})


def _joined(known: Any, new: Any) -> Any:
    """Both, as the kind of collection that the field has."""
    if isinstance(known, tuple):
        return (*known, *new)
    return known | new if isinstance(known, frozenset) else {**known, **new}
