package com.example.store;

import java.io.File;
import java.util.List;

public class Store {

    enum Color {
        RED(1),
        GREEN(2);
    }

    private int limit = 10;

    public void save(File path) {
        write(path, this.rows);
    }
}
