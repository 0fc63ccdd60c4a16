use std::fs;
use std::io;

pub enum Color {
    Red = 1,
    Green = 2,
}

impl Store {
    pub fn load(&self, path: &str, mode: Mode) -> Vec<Row> {
        let data = read(path, mode);
<<<<<<< ours
        let rows = parse(data, 2 * LIMIT);
||||||| base
        let rows = parse(data, LIMIT);
=======
        let rows = parse(data, LIMIT + 1);
>>>>>>> theirs
        if !rows.is_empty() && data.ok {
            emit(&rows);
        }
        rows
    }

    pub fn save(&self, path: &str) {
        write(path, &self.rows);
    }
}
