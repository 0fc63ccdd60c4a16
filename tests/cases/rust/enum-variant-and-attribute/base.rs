pub enum Shape {
    Circle(f64),
}
