struct S<'a, 'b> {
    a: &'a [u8],
}
