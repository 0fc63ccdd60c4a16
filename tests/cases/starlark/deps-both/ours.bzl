cc_library(
    name = "a",
    deps = [
        ":b",
        ":c",
    ],
)
