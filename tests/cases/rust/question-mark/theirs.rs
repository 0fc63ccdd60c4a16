fn f() {
    let a = open(&p).unwrap();
}
