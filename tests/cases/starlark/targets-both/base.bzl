cc_library(
    name = "a",
)
