cc_library(
    name = "a",
)
<<<<<<< ours

cc_library(
    name = "b",
)
||||||| base
=======

cc_library(
    name = "c",
)
>>>>>>> theirs
