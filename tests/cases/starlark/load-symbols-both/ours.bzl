load("//t:d.bzl", "a", "b")

a()
