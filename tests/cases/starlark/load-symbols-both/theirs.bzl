load("//t:d.bzl", "a", "c")

a()
