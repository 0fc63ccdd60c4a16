<<<<<<< ours
load("//t:d.bzl", "a", "b")
||||||| base
load("//t:d.bzl", "a")
=======
load("//t:d.bzl", "a", "c")
>>>>>>> theirs

a()
