package a

type A int
