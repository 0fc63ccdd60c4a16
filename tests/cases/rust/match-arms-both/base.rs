fn f(x: i32) -> i32 {
    match x {
        1 => 1,
        _ => 0,
    }
}
