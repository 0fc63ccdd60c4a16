fn f() {
    match b {
        Some(a) => c(a),
        None => d(),
    }
}
