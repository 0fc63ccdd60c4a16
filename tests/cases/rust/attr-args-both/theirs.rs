#[serde(rename = "b")]
struct S;
