#[derive(Debug)]
pub enum Shape {
    Circle(f64),
    Square(f64),
}
