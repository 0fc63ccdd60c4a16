fn f() {
    let mut a = 2;
}
