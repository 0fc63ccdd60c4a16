#[serde(rename = "b", default)]
struct S;
