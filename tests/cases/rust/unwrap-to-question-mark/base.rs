fn f() {
    let x = read("a").unwrap();
    use_it(x);
}
