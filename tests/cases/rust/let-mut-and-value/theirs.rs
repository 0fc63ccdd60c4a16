fn f() {
    let a = 2;
}
