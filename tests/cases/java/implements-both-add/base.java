class A implements B {
}
