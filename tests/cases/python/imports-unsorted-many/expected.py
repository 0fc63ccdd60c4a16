import z
import a
import m
import b
import k
import c
