fn f() {
    if let Some(a) = b {
        c(a, 1);
    }
}
