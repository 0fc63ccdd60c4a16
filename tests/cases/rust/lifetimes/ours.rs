struct S<'a, 'b> {
    a: &'a str,
}
