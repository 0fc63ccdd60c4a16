load("//t:d.bzl", "a")

a()
