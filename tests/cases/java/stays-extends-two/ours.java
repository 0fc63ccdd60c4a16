class A extends C {
}
