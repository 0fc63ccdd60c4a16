class A {
    func a() {}
<<<<<<< ours

    func b() { x() }
||||||| base
=======

    func b() { y() }
>>>>>>> theirs
}
