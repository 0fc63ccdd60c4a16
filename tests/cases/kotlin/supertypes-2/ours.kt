class A : B(), C {
}
