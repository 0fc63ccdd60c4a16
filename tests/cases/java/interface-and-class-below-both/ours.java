class A {
}

class B {
}
