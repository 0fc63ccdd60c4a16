fn f() {
    let x = read("b").unwrap();
    use_it(x);
}
