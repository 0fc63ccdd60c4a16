use std::fs;
use std::io;

pub enum Color {
    Red = 1,
    Green = 2,
    Black = 4,
}

impl Store {
    pub fn load(&self, path: &str, mode: Mode) -> Vec<Row> {
        let data = read(path, mode);
        let rows = parse(data, LIMIT);
        if !rows.is_empty() && data.ok {
            emit(&rows);
        }
        rows
    }

    pub fn save(&self, path: &str) {
        write(path, &self.rows);
    }
}
