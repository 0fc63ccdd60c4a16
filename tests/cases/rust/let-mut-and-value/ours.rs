fn f() {
    let mut a = 1;
}
