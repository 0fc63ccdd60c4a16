fn f() {
    let a = one();
    let b = two(a);
    done(b);
}
