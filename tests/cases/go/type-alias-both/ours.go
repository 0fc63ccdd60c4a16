package a

type A int64
