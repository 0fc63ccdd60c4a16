class A implements B, C {
}
