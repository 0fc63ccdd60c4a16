package a

type A string
