class A {
}

class C {
}
