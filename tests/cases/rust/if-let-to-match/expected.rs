fn f() {
    match b {
        Some(a) => c(a, 1),
        None => d(),
    }
}
