struct A {
    #[serde(default)]
    x: i32,
}
