use std::fs;
use std::io;

pub enum Color {
    Red = 1,
    Green = 2,
}

impl Store {
    pub fn save(&self, path: &str) {
        write(path, &self.rows);
    }
}
