"""Further languages, each with few rules: grammar, comments, lists in no order."""

from __future__ import annotations

from mergeassist.languages.profile import Profile, groups_by_parent

_SCALA_MEMBERS = (
    "import_declaration | function_definition function_declaration type_definition "
    "class_definition object_definition trait_definition"
)
_SOLIDITY_MEMBERS = (
    "function_definition event_definition error_declaration modifier_definition "
    "struct_declaration enum_declaration"
)

FURTHER: tuple[Profile, ...] = (
    Profile(
        "scala",
        (".scala", ".sc", ".sbt"),
        ("tree_sitter_scala", "language"),
        comments=frozenset({"comment", "block_comment"}),
        commutative=groups_by_parent(
            compilation_unit="import_declaration | class_definition object_definition "
            "trait_definition enum_definition",
            template_body=_SCALA_MEMBERS,
            namespace_selectors="identifier arrow_renamed_identifier as_renamed_identifier",
            enum_body="enum_case_definitions",
            modifiers="access_modifier",
        ),
        signatures={
            "import_declaration": "*",
            "function_definition": "name+parameters.*.type",
            "function_declaration": "name+parameters.*.type",
            "val_definition": "pattern",
            "var_definition": "pattern",
            "enum_case_definitions": "simple_enum_case.name/full_enum_case.name",
            "identifier": "*",
        },
    ),
    Profile(
        "lua",
        (".lua",),
        ("tree_sitter_lua", "language"),
        commutative=groups_by_parent(chunk="function_declaration", table_constructor="field"),
        signatures={
            "field": "name",
            "variable_declaration": "assignment_statement.variable_list",
            "assignment_statement": "variable_list",
        },
        separators=frozenset({",", ";"}),
    ),
    Profile(
        "elixir",
        (".ex", ".exs"),
        ("tree_sitter_elixir", "language"),
        commutative=groups_by_parent(keywords="pair"),
        signatures={"pair": "key"},
    ),
    Profile(
        "haskell",
        (".hs",),
        ("tree_sitter_haskell", "language"),
        comments=frozenset({"comment", "haddock"}),
        commutative=groups_by_parent(imports="import", exports="export", import_list="import_name"),
        signatures={"import": "*", "export": "*", "import_name": "*"},
    ),
    Profile(
        "ocaml",
        (".ml",),
        ("tree_sitter_ocaml", "language_ocaml"),
        commutative=groups_by_parent(
            record_declaration="field_declaration", record_expression="field_expression"
        ),
        signatures={
            "field_declaration": "field_name",
            "field_expression": "field_path",
            "value_definition": "let_binding.pattern",
        },
        separators=frozenset({";"}),
    ),
    Profile(
        "ocaml-interface",
        (".mli",),
        ("tree_sitter_ocaml", "language_ocaml_interface"),
        commutative=groups_by_parent(record_declaration="field_declaration"),
        signatures={"field_declaration": "field_name", "value_specification": "value_name"},
        separators=frozenset({";"}),
    ),
    Profile(
        "hcl",
        (".tf", ".hcl", ".tfvars", ".nomad"),
        ("tree_sitter_hcl", "language"),
        commutative=groups_by_parent(body="attribute | block", object="object_elem"),
        signatures={
            "attribute": "identifier",
            "block": "identifier+string_lit",
            "object_elem": "key",
        },
    ),
    Profile(
        "nix",
        (".nix",),
        ("tree_sitter_nix", "language"),
        commutative=groups_by_parent(
            binding_set="binding inherit inherit_from",
            formals="formal",
            inherited_attrs="identifier",
        ),
        signatures={
            "binding": "attrpath",
            "formal": "name",
            "identifier": "*",
            "inherit": "attrs",
            "inherit_from": "*",
        },
    ),
    Profile(
        "starlark",
        (".bzl", ".star", ".bazel"),
        ("tree_sitter_starlark", "language"),
        ("BUILD", "WORKSPACE", "Tiltfile", "BUCK"),
        commutative=groups_by_parent(
            dictionary="pair", argument_list="keyword_argument", module="function_definition"
        ),
        signatures={"pair": "key", "keyword_argument": "name", "string": "*"},
        named_sets={
            "list": frozenset({"srcs", "hdrs", "deps", "data", "visibility", "exports", "tags"})
        },
    ),
    Profile(
        "make",
        (".mk", ".mak"),
        ("tree_sitter_make", "language"),
        ("Makefile", "makefile", "GNUmakefile"),
        commutative=groups_by_parent(prerequisites="word"),
        signatures={"rule": "targets", "variable_assignment": "name", "word": "*"},
        separators=frozenset(),
    ),
    Profile(
        "devicetree",
        (".dts", ".dtsi", ".overlay"),
        ("tree_sitter_devicetree", "language"),
        commutative=groups_by_parent(document="preproc_include | node", node="property | node"),
        signatures={"node": "name+address", "property": "name", "preproc_include": "path"},
        separators=frozenset(),
    ),
    Profile(
        "solidity",
        (".sol",),
        ("tree_sitter_solidity", "language"),
        commutative=groups_by_parent(
            source_file="import_directive | contract_declaration interface_declaration "
            "library_declaration",
            contract_body=_SOLIDITY_MEMBERS,
        ),
        signatures={
            "import_directive": "*",
            "function_definition": "name+parameter.type",
            "inheritance_specifier": "ancestor",
        },
    ),
    Profile(
        "systemverilog",
        (".sv", ".svh", ".v", ".vh"),
        ("tree_sitter_systemverilog", "language"),
        commutative=groups_by_parent(list_of_port_connections="named_port_connection"),
        signatures={"named_port_connection": "port_name"},
    ),
    Profile(
        "swift",
        (".swift",),
        ("tree_sitter_swift", "language"),
        comments=frozenset({"comment", "multiline_comment"}),
        commutative=groups_by_parent(
            source_file="import_declaration | class_declaration protocol_declaration "
            "function_declaration",
            class_body="function_declaration property_declaration class_declaration "
            "init_declaration",
            protocol_body="protocol_function_declaration protocol_property_declaration",
            enum_class_body="enum_entry | function_declaration property_declaration",
        ),
        signatures={
            "import_declaration": "*",
            "function_declaration": "name+parameter",
            "init_declaration": "parameter",
            "property_declaration": "name",
            "enum_entry": "name",
        },
    ),
    Profile(
        "scss",
        (".scss", ".sass", ".less"),
        ("tree_sitter_scss", "language"),
        comments=frozenset({"comment", "js_comment"}),
        commutative=groups_by_parent(block="declaration"),
        signatures={"declaration": "property_name", "rule_set": "selectors"},
    ),
    Profile(
        "zig",
        (".zig", ".zon"),
        ("tree_sitter_zig", "language"),
        commutative=groups_by_parent(struct_declaration="function_declaration"),
        signatures={"container_field": "name", "variable_declaration": "identifier"},
    ),
    Profile(
        "julia",
        (".jl",),
        ("tree_sitter_julia", "language"),
        comments=frozenset({"line_comment", "block_comment"}),
        commutative=groups_by_parent(
            source_file="using_statement import_statement",
            module_definition="using_statement import_statement",
        ),
        signatures={"using_statement": "*", "import_statement": "*"},
    ),
    Profile(
        "dart",
        (".dart",),
        ("tree_sitter_dart", "language"),
        comments=frozenset({"comment", "documentation_comment"}),
        leading=frozenset({"annotation"}),
        commutative=groups_by_parent(
            program="import_or_export | class_definition function_signature enum_declaration",
            class_body="method_signature declaration",
            interfaces="type_identifier",
            enum_body="enum_constant",
            combinator="identifier",
            set_or_map_literal="pair",
            arguments="named_argument",
        ),
        signatures={
            "import_or_export": "*",
            "method_signature": "method_signature.*.name/*.name",
            "function_signature": "function_signature.name/name",
            "declaration": "constructor_signature.name/"
            "initialized_identifier_list.initialized_identifier.identifier",
            "pair": "key",
            "named_argument": "label",
            "identifier": "*",
            "type_identifier": "*",
        },
        joined={"method_signature": "function_body", "function_signature": "function_body"},
    ),
    Profile(
        "gosum",
        (".sum",),
        ("", "gosum"),
        ("go.sum", "go.work.sum"),
        signatures={"entry": "key"},
        separators=frozenset(),
    ),
    *(
        Profile(
            name,
            extensions,
            ("", name),
            filenames,
            commutative=groups_by_parent(
                document="entry | section", section="entry", block="entry"
            ),
            signatures={"section": "header", "entry": "key"},
            separators=frozenset(),
        )
        for name, extensions, filenames in (
            ("properties", (".properties", ".env"), (".env",)),
            ("ini", (".ini", ".cfg", ".editorconfig"), (".editorconfig", ".gitconfig", ".npmrc")),
            ("gomod", (".mod",), ("go.mod", "go.work")),
            ("requirements", (), ("requirements.txt", "constraints.txt")),
        )
    ),
)
