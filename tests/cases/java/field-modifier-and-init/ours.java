package org.sample;

import java.io.File;
import java.util.List;

/** Reads. */
public class Reader {
    protected int count = 0;

    public Reader(File file) {
        this.file = file;
    }

    public List<String> lines() {
        return parse(file);
    }
}
