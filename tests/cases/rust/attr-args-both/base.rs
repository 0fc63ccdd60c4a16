#[serde(rename = "a")]
struct S;
