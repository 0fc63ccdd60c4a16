cc_library(
    name = "a",
    deps = [
        ":b",
        ":d",
    ],
)
