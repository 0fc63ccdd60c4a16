struct A {
    #[serde(default)]
    x: i64,
}
