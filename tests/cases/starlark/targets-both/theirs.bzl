cc_library(
    name = "a",
)

cc_library(
    name = "c",
)
