fn f() {
    let a = one();
    let b = two(a, 2);
    done(b);
}
