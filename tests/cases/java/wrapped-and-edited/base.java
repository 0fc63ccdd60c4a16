package com.example.store;

import java.io.File;
import java.util.List;

public class Store {

    enum Color {
        RED(1),
        GREEN(2);
    }

    private int limit = 10;

    public List<Row> load(File path, String mode) {
        String data = read(path, mode);
        List<Row> rows = parse(data, limit);
        if (rows != null && data != null) {
            emit(rows);
        }
        return rows;
    }

    public void save(File path) {
        write(path, this.rows);
    }
}
