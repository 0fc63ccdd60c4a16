fn f() -> u8 {
    a(1)
}
