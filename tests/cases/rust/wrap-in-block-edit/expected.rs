fn f() {
    if ready() {
        let a = one();
        let b = two(a, 2);
        done(b);
    }
}
