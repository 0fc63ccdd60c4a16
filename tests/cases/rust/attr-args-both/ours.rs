#[serde(rename = "a", default)]
struct S;
