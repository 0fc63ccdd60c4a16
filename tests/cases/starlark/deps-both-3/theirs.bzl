cc_library(
    name = "x",
    deps = [
        ":a",
        ":c",
    ],
)
