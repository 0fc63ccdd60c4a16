struct S<'a> {
    a: &'a str,
}
