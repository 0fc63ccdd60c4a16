fn f() {
    let x = vec![1, 3];
}
