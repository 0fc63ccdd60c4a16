pub enum Shape {
    /// By radius.
    Circle(f64),
    Line { length: f64 },
}
