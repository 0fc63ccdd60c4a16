fn f() -> u8 {
    a().b()
}
