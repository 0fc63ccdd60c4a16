class A : B(), D {
}
