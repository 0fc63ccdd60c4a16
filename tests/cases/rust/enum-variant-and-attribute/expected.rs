#[derive(Debug)]
pub enum Shape {
    /// By radius.
    Circle(f64),
    Square(f64),
    Line { length: f64 },
}
