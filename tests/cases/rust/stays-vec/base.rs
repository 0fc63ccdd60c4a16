fn f() {
    let x = vec![1];
}
