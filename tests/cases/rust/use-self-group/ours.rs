use a::{b, c};
