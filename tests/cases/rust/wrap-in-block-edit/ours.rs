fn f() {
    if ready() {
        let a = one();
        let b = two(a);
        done(b);
    }
}
