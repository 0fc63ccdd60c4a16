class A implements B, D {
}
