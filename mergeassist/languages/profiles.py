"""The languages people meet daily, each as a `Profile` (profile.py); the rest are in further.py."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mergeassist.languages.further import FURTHER
from mergeassist.languages.profile import Groups, Profile
from mergeassist.languages.profile import groups_by_parent as _groups

__all__ = ["BY_NAME", "INTERPRETERS", "PROFILES", "Groups", "Profile"]

_VISIBILITY = frozenset({"public", "private", "protected", "internal"})
_JAVA_MEMBERS = (
    "field_declaration method_declaration constructor_declaration class_declaration "
    "interface_declaration enum_declaration record_declaration annotation_type_declaration "
    "constant_declaration annotation_type_element_declaration compact_constructor_declaration"
)
_PYTHON_BODY = (
    "import_statement import_from_statement | "
    "function_definition class_definition decorated_definition"
)
_SCRIPT_BODY = (
    "import_statement | function_declaration class_declaration generator_function_declaration"
)
_SCRIPT_GROUPS = _groups(
    program=_SCRIPT_BODY + " | export_statement",
    named_imports="import_specifier",
    export_clause="export_specifier",
    object="pair method_definition shorthand_property_identifier",
    object_pattern="shorthand_property_identifier_pattern pair_pattern",
    class_body="method_definition field_definition",
)
_JSX_GROUPS = _groups(jsx_opening_element="jsx_attribute", jsx_self_closing_element="jsx_attribute")
_JSX_SIGNATURES = {"jsx_attribute": "property_identifier"}
_TYPED_GROUPS = {
    **_SCRIPT_GROUPS,
    **_groups(
        program=_SCRIPT_BODY
        + " interface_declaration type_alias_declaration enum_declaration"
        + " abstract_class_declaration | export_statement",
        class_body="method_definition public_field_definition abstract_method_signature "
        "method_signature property_signature",
        interface_body="property_signature method_signature",
        object_type="property_signature method_signature",
        enum_body="property_identifier enum_assignment",
        union_type="predefined_type type_identifier literal_type generic_type array_type",
        implements_clause="type_identifier generic_type nested_type_identifier",
    ),
}
_SCRIPT_SIGNATURES = {
    "import_specifier": "alias/name",
    "export_specifier": "alias/name",
    "import_statement": "*",
    "export_statement": "declaration.name/declaration.variable_declarator.name/*",
    "pair": "key",
    "pair_pattern": "value",
    "shorthand_property_identifier": "*",
    "shorthand_property_identifier_pattern": "*",
    "property_identifier": "*",
    "lexical_declaration": "variable_declarator.name",
    "variable_declaration": "variable_declarator.name",
}
_CSHARP_TYPES = (
    "class_declaration struct_declaration interface_declaration enum_declaration "
    "record_declaration delegate_declaration"
)
_C_SIGNATURES = {
    "function_definition": "declarator",
    "declaration": "declarator",
    "field_declaration": "declarator",
    "preproc_include": "path",
    "preproc_def": "name",
    "enumerator": "name",
}
_C_GROUPS = _groups(
    translation_unit="preproc_include | function_definition",
    preproc_ifdef="preproc_include",
    field_declaration_list="field_declaration function_definition",
    enumerator_list="enumerator",
)

PROFILES: tuple[Profile, ...] = (
    Profile(
        "python",
        (".py", ".pyi", ".pyw"),
        ("tree_sitter_python", "language"),
        ("SConstruct", "SConscript", "wscript"),
        commutative=_groups(
            module=_PYTHON_BODY,
            block=_PYTHON_BODY,
            import_from_statement="dotted_name aliased_import",
            dictionary="pair",
            set="string integer identifier attribute",
            argument_list="keyword_argument",
            parameters="default_parameter typed_default_parameter",
        ),
        named_sets={"list": frozenset({"__all__"}), "tuple": frozenset({"__all__"})},
        signatures={
            "decorated_definition": "definition.name",
            "pair": "key",
            "import_statement": "*",
            "import_from_statement": "module_name",
            "expression_statement": "assignment.left",
            "keyword_argument": "name",
            "dotted_name": "*",
            "aliased_import": "alias",
            "typed_parameter": "identifier",
            "identifier": "*",
        },
    ),
    Profile(
        "java",
        (".java",),
        ("tree_sitter_java", "language"),
        comments=frozenset({"line_comment", "block_comment"}),
        commutative=_groups(
            program="import_declaration | class_declaration interface_declaration "
            "enum_declaration record_declaration annotation_type_declaration",
            class_body=_JAVA_MEMBERS,
            interface_body=_JAVA_MEMBERS,
            annotation_type_body=_JAVA_MEMBERS,
            enum_body_declarations=_JAVA_MEMBERS,
            enum_body="enum_constant",
            modifiers="public private protected static final abstract synchronized transient "
            "volatile native strictfp default sealed non-sealed | marker_annotation annotation",
            throws="type_identifier scoped_type_identifier",
            type_list="type_identifier scoped_type_identifier generic_type",
            catch_type="type_identifier scoped_type_identifier",
            annotation_argument_list="element_value_pair",
        ),
        signatures={
            "import_declaration": "*",
            "field_declaration": "declarator.name",
            "constant_declaration": "declarator.name",
            "local_variable_declaration": "declarator.name",
            "method_declaration": "name+parameters.*.type",
            "constructor_declaration": "name+parameters.*.type",
            "type_identifier": "*",
            "scoped_type_identifier": "*",
            "element_value_pair": "key",
        },
        separators=frozenset({",", "catch_type:|"}),
        one_of=_VISIBILITY,
    ),
    Profile(
        "javascript",
        (".js", ".jsx", ".mjs", ".cjs", ".es6"),
        ("tree_sitter_javascript", "language"),
        ("Jakefile",),
        comments=frozenset({"comment", "html_comment"}),
        leading=frozenset({"decorator"}),
        commutative={**_SCRIPT_GROUPS, **_JSX_GROUPS},
        signatures={**_SCRIPT_SIGNATURES, **_JSX_SIGNATURES, "field_definition": "property"},
        separators=frozenset({",", ";"}),
    ),
    Profile(
        "typescript",
        (".ts", ".mts", ".cts"),
        ("tree_sitter_typescript", "language_typescript"),
        comments=frozenset({"comment", "html_comment"}),
        leading=frozenset({"decorator"}),
        commutative=_TYPED_GROUPS,
        signatures={
            **_SCRIPT_SIGNATURES,
            "method_definition": "name+parameters.*.type",
            "method_signature": "name+parameters.*.type",
            "type_identifier": "*",
        },
        separators=frozenset({",", ";", "union_type:|", "intersection_type:&"}),
        chains=frozenset({"union_type", "intersection_type"}),
    ),
    Profile(
        "tsx",
        (".tsx",),
        ("tree_sitter_typescript", "language_tsx"),
        comments=frozenset({"comment", "html_comment"}),
        leading=frozenset({"decorator"}),
        commutative={**_TYPED_GROUPS, **_JSX_GROUPS},
        signatures={
            **_SCRIPT_SIGNATURES,
            **_JSX_SIGNATURES,
            "method_definition": "name+parameters.*.type",
            "method_signature": "name+parameters.*.type",
            "type_identifier": "*",
        },
        separators=frozenset({",", ";", "union_type:|", "intersection_type:&"}),
        chains=frozenset({"union_type", "intersection_type"}),
    ),
    Profile(
        "csharp",
        (".cs", ".csx"),
        ("tree_sitter_c_sharp", "language"),
        leading=frozenset(),
        commutative=_groups(
            compilation_unit="using_directive | " + _CSHARP_TYPES,
            namespace_declaration="using_directive",
            declaration_list="using_directive | method_declaration property_declaration "
            "field_declaration constructor_declaration event_field_declaration "
            "indexer_declaration operator_declaration event_declaration " + _CSHARP_TYPES,
            enum_member_declaration_list="enum_member_declaration",
            initializer_expression="assignment_expression",
            base_list="identifier generic_name qualified_name",
            **dict.fromkeys(
                (
                    "field_declaration",
                    "method_declaration",
                    "property_declaration",
                    "class_declaration",
                    "struct_declaration",
                    "interface_declaration",
                ),
                "modifier | attribute_list",
            ),
        ),
        signatures={
            "using_directive": "*",
            "modifier": "*",
            "method_declaration": "name+parameters.*.type",
            "constructor_declaration": "name+parameters.*.type",
            "field_declaration": "variable_declaration.variable_declarator.name",
            "event_field_declaration": "variable_declaration.variable_declarator.name",
            "local_declaration_statement": "variable_declaration.variable_declarator.name",
            "indexer_declaration": "parameters",
            "operator_declaration": "operator+parameters.*.type",
            "assignment_expression": "left",
            "identifier": "*",
            "generic_name": "*",
            "qualified_name": "*",
        },
        one_of=_VISIBILITY,
    ),
    Profile(
        "go",
        (".go",),
        ("tree_sitter_go", "language"),
        commutative=_groups(
            source_file="import_declaration | function_declaration method_declaration "
            "type_declaration const_declaration var_declaration",
            import_spec_list="import_spec",
            field_declaration_list="field_declaration",
            interface_type="method_elem type_elem",
            literal_value="keyed_element",
        ),
        signatures={
            "import_declaration": "*",
            "import_spec": "path",
            "method_declaration": "receiver.*.type+name",
            "type_declaration": "type_spec.name",
            "keyed_element": "key",
            "const_spec": "name",
            "const_declaration": "const_spec.name",
            "var_declaration": "var_spec.name",
            "short_var_declaration": "left",
            "field_declaration": "name/type",
        },
    ),
    Profile(
        "rust",
        (".rs",),
        ("tree_sitter_rust", "language"),
        comments=frozenset({"line_comment", "block_comment"}),
        leading=frozenset({"attribute_item"}),
        commutative=_groups(
            source_file="use_declaration | mod_item | function_item struct_item enum_item "
            "impl_item trait_item type_item const_item static_item",
            declaration_list="use_declaration | function_item const_item type_item struct_item "
            "function_signature_item associated_type impl_item enum_item trait_item",
            use_list="identifier scoped_identifier use_as_clause scoped_use_list self",
            field_declaration_list="field_declaration",
            enum_variant_list="enum_variant",
            field_initializer_list="field_initializer shorthand_field_initializer",
            trait_bounds="type_identifier scoped_type_identifier generic_type lifetime",
        ),
        signatures={
            "use_declaration": "argument",
            "impl_item": "trait+type+body.*.name",
            "identifier": "*",
            "scoped_identifier": "*",
            "type_identifier": "*",
            "use_as_clause": "alias",
            "scoped_use_list": "path",
            "field_initializer": "field",
            "shorthand_field_initializer": "*",
            "let_declaration": "pattern",
        },
        separators=frozenset({",", "trait_bounds:+"}),
        named_sets={"token_tree": frozenset({"derive"})},
    ),
    Profile(
        "c",
        (".c", ".h"),
        ("tree_sitter_c", "language"),
        commutative=_C_GROUPS,
        signatures=_C_SIGNATURES,
    ),
    Profile(
        "cpp",
        (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".inl", ".ipp", ".cu"),
        ("tree_sitter_cpp", "language"),
        commutative={
            **_C_GROUPS,
            **_groups(
                translation_unit="preproc_include | using_declaration | function_definition "
                "template_declaration",
                declaration_list="function_definition template_declaration",
            ),
        },
        signatures={**_C_SIGNATURES, "using_declaration": "*"},
    ),
    Profile(
        "ruby",
        (".rb", ".rake", ".gemspec", ".ru"),
        ("tree_sitter_ruby", "language"),
        ("Rakefile", "Gemfile", "Vagrantfile", "Guardfile", "Podfile", "Fastfile"),
        commutative=_groups(
            program="method singleton_method class module",
            body_statement="method singleton_method class module",
            hash="pair",
        ),
        signatures={"pair": "key", "assignment": "left"},
    ),
    Profile(
        "php",
        (".php", ".phtml", ".inc"),
        ("tree_sitter_php", "language_php"),
        commutative=_groups(
            program="namespace_use_declaration | function_definition class_declaration "
            "interface_declaration trait_declaration enum_declaration",
            compound_statement="namespace_use_declaration",
            declaration_list="use_declaration | method_declaration property_declaration "
            "const_declaration",
            enum_declaration_list="enum_case | method_declaration const_declaration",
            namespace_use_group="namespace_use_clause",
            class_interface_clause="name qualified_name",
            array_creation_expression="array_element_initializer",
        ),
        signatures={
            "namespace_use_declaration": "*",
            "namespace_use_clause": "*",
            "use_declaration": "*",
            "property_declaration": "property_element.name",
            "const_declaration": "const_element.name",
            "array_element_initializer": "^=>",
            "expression_statement": "assignment_expression.left",
            "name": "*",
            "qualified_name": "*",
        },
        separators=frozenset({","}),
    ),
    Profile(
        "kotlin",
        (".kt", ".kts"),
        ("tree_sitter_kotlin", "language"),
        comments=frozenset({"line_comment", "block_comment"}),
        commutative=_groups(
            source_file="import | class_declaration object_declaration function_declaration "
            "property_declaration type_alias",
            class_body="class_declaration object_declaration function_declaration "
            "property_declaration companion_object",
            enum_class_body="enum_entry",
            delegation_specifiers="delegation_specifier",
        ),
        signatures={
            "import": "*",
            "function_declaration": "name+function_value_parameters.*.user_type",
            "property_declaration": "variable_declaration.identifier",
            "enum_entry": "identifier",
            "delegation_specifier": "*",
        },
    ),
    Profile(
        "json",
        (".json", ".jsonc", ".json5", ".geojson", ".webmanifest", ".ipynb"),
        ("tree_sitter_json", "language"),
        (".babelrc", ".eslintrc", ".jshintrc", "composer.lock", "Pipfile.lock"),
        commutative=_groups(object="pair"),
        signatures={"pair": "key"},
    ),
    Profile(
        "yaml",
        (".yml", ".yaml"),
        ("tree_sitter_yaml", "language"),
        (".clang-format", ".clang-tidy"),
        commutative=_groups(block_mapping="block_mapping_pair", flow_mapping="flow_pair"),
        signatures={
            "block_mapping_pair": "key",
            "flow_pair": "key",
            "block_sequence_item": "*.block_mapping.block_mapping_pair.value",
        },
    ),
    Profile(
        "toml",
        (".toml",),
        ("tree_sitter_toml", "language"),
        ("Cargo.lock", "poetry.lock", "Pipfile", "uv.lock"),
        commutative=_groups(document="pair | table", table="pair", inline_table="pair"),
        signatures={
            "pair": "bare_key/quoted_key/dotted_key",
            "table": "bare_key/quoted_key/dotted_key",
            "string": "*",
        },
        named_sets={
            "array": frozenset({"dependencies", "classifiers", "keywords", "requires", "members"})
        },
    ),
    Profile(
        "xml",
        (
            ".xml",
            ".xsd",
            ".xsl",
            ".xslt",
            ".svg",
            ".csproj",
            ".vbproj",
            ".props",
            ".targets",
            ".xaml",
            ".resx",
            ".plist",
            ".config",
            ".nuspec",
            ".pom",
            ".storyboard",
            ".xib",
        ),
        ("tree_sitter_xml", "language_xml"),
        comments=frozenset({"Comment"}),
        commutative=_groups(STag="Attribute", EmptyElemTag="Attribute"),
        signatures={
            "Attribute": "Name",
            "element": "STag.Attribute/EmptyElemTag.Attribute",
        },
    ),
    Profile(
        "html",
        (".html", ".htm", ".xhtml"),
        ("tree_sitter_html", "language"),
        commutative=_groups(start_tag="attribute", self_closing_tag="attribute"),
        signatures={"attribute": "attribute_name"},
    ),
    Profile(
        "css",
        (".css",),
        ("tree_sitter_css", "language"),
        comments=frozenset({"comment", "js_comment"}),
        commutative=_groups(block="declaration"),
        signatures={"declaration": "property_name", "rule_set": "selectors"},
    ),
    Profile(
        "markdown", (".md", ".markdown", ".mdx"), ("tree_sitter_markdown", "language"), prose=True
    ),
    Profile(
        "bash",
        (".sh", ".bash", ".zsh", ".ksh"),
        ("tree_sitter_bash", "language"),
        (".bashrc", ".bash_profile", ".profile", "PKGBUILD"),
        commutative=_groups(program="function_definition"),
        signatures={"variable_assignment": "name"},
    ),
    Profile("rst", (".rst",), prose=True),
    *FURTHER,
)

BY_NAME: Mapping[str, Profile] = MappingProxyType({profile.name: profile for profile in PROFILES})

INTERPRETERS: Mapping[bytes, str] = MappingProxyType(
    {
        b"python": "python", b"node": "javascript", b"bash": "bash", b"sh": "bash",
        b"zsh": "bash", b"ruby": "ruby", b"php": "php",
    }
)  # fmt: skip
