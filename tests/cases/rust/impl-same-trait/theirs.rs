struct S;

impl Default for S {
    fn default() -> S {
        S::new()
    }
}
