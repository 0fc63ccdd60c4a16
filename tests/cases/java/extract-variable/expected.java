class A {
    void f() {
<<<<<<< ours
        int v = compute(1, 2);
        print(v);
||||||| base
        print(compute(1, 2));
=======
        print(compute(1, 3));
>>>>>>> theirs
    }
}
